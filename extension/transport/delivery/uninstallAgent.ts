import { cancellable } from '../../common/cancellation.ts';
import { TransportError } from '../../common/transportError.ts';
import { startElevated } from '../elevation.ts';
import type { ConnectContext } from '../transport.ts';
import type { DeliveryTarget } from './deliverArtefact.ts';
import { scriptCommand, uninstallScript } from './scripts.ts';

/**
 * Removes from a machine all that delivery ever put there, of this and of other versions.
 *
 * @returns the paths that were removed; empty when there was nothing
 * @throws TransportError `uninstallFailed` with the first path that could not be removed, `connectionLost`, and what
 * starting a command throws
 */
export async function uninstallAgent(target: DeliveryTarget, context: ConnectContext): Promise<readonly string[]> {
  const { process, output } = await startElevated(
    target.machine,
    target.privilege,
    (marker) => scriptCommand(uninstallScript, marker, target.folder),
    'uninstall',
    target.credentials,
    context,
  );
  const removed: string[] = [];
  let failed: string | undefined;
  try {
    for (;;) {
      const line = await cancellable(output.next(), context.signal, 'uninstall');
      if (line === undefined) throw await output.explainEnd('uninstall');
      if (line.word === 'end') break;
      if (line.word === 'removed') removed.push(line.rest);
      if (line.word === 'failed') failed ??= line.rest;
    }
  } finally {
    process.kill();
  }
  for (const path of removed) context.log.info(`Removed ${path} from ${target.machine.label}`);
  if (failed !== undefined)
    throw new TransportError('uninstallFailed', { step: 'uninstall', args: { folder: failed } });
  return removed;
}
