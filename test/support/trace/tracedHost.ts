import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { concurrencyLimit } from '../../../agent/node/concurrencyLimit.ts';
import { type CommandResult, tryCommand } from '../../vm/runCommand.ts';
import { shellQuote } from '../../vm/shellQuote.ts';
import { sshAlias } from '../../vm/sshAccess.ts';
import type { TestNode } from '../../vm/testNode.ts';

/** A machine on which network namespaces are made. */
export interface TracedHost {
  /** Runs a command as root, whatever its exit code. */
  run(argv: readonly [string, ...string[]], stdin?: string): Promise<CommandResult>;
  /** What starts a command there that this process writes to and reads from. */
  remote(argv: readonly string[]): readonly string[];
  /** Where `wire.pl` is there. */
  readonly wireProgram: string;
  readonly kernelRelease: string;
}

const wireProgram = join(import.meta.dirname, 'wire.pl');

/** This machine. */
export const localHost: TracedHost = {
  run: (argv, stdin = '') => tryCommand({ argv, stdin }),
  remote: (argv) => argv,
  wireProgram,
  kernelRelease: release(),
};

/** sshd's `MaxSessions` is 10 for the one connection that all commands share. */
const sessions = 4;

/** A test node, which has Perl. */
export async function testNodeHost(node: TestNode): Promise<TracedHost> {
  const program = '/root/wire.pl';
  await node.run(['sh', '-c', `cat > ${program}`], { stdin: await readFile(wireProgram) });
  const limited = concurrencyLimit(sessions);
  return {
    run: (argv, stdin = '') => limited(() => node.tryRun(argv, { stdin })),
    remote: (argv) => [
      'ssh',
      '-F',
      node.ssh.configFile,
      '-o',
      'BatchMode=yes',
      '-l',
      'root',
      sshAlias,
      shellQuote(argv),
    ],
    wireProgram: program,
    kernelRelease: (await node.run(['uname', '-r'])).toString().trim(),
  };
}
