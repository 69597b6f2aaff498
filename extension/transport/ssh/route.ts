import { TransportError } from '../../common/transportError.ts';
import { type ClientEnvironment, pathOf, userSshFolder } from '../clientEnvironment.ts';
import type { TypedHost } from '../sshConfig/evaluateConfig.ts';
import type { HostSettings } from '../sshConfig/hostSettings.ts';
import { resolveHost } from '../sshConfig/resolveHost.ts';

/** More jumps than anyone has; reached only by hosts that jump over each other. */
const maximumJumps = 8;

/**
 * The machines to connect to one after the other, the last being the one that was asked for. The first jump host may
 * have jumps of its own; those of the others are replaced by the chain they stand in, as with `ssh -J`.
 */
export async function findRoute(
  host: TypedHost,
  environment: ClientEnvironment,
  userFile?: string,
): Promise<[...HostSettings[], HostSettings]> {
  const target = await resolveHost(host, environment, userFile);
  const before: HostSettings[] = [];
  let jumps = target.jumps;
  while (jumps.length > 0) {
    const hops = await Promise.all(jumps.map((jump) => resolveHost(jump, environment, userFile)));
    before.unshift(...hops);
    if (before.length > maximumJumps) {
      throw new TransportError('sshConfigTooDeep', {
        step: 'configure',
        args: { file: userFile ?? pathOf(environment).join(userSshFolder(environment), 'config'), line: 1 },
        detail: before.map((hop) => hop.alias).join(' -> '),
      });
    }
    jumps = hops[0]?.jumps ?? [];
  }
  return [...before, target];
}
