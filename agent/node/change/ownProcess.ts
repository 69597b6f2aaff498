import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ChangeError } from './changeError.ts';

/** The command that starts this program again, without its own arguments: Node.js, its options, and the file. */
export function ownProgram(): readonly [program: string, ...args: string[]] {
  return [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)];
}

/**
 * Lets a process that is started now confirm a change: it shows that the node can still start one, and that it finds
 * the change there.
 *
 * @throws ChangeError `not-confirmed`
 */
export async function confirmInNewProcess(change: string, stateFolder: string): Promise<void> {
  const [program, ...args] = ownProgram();
  const child = spawn(program, [...args, 'confirm', change, '--state-folder', stateFolder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (code === 0) return;
  throw new ChangeError('not-confirmed', `The change was not confirmed and is rolled back. ${said.trim()}`, { change });
}
