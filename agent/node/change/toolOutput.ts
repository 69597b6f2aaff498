import { readCommand } from '../commandPart.ts';
import type { Machine } from '../machine.ts';

/** What a tool that reads prints; undefined when it fails or is not there. */
export async function toolOutput(
  machine: Machine,
  signal: AbortSignal | undefined,
  program: string,
  ...args: string[]
): Promise<string | undefined> {
  const { end, stdout } = await machine.run(readCommand(program, ...args), signal);
  return end.kind === 'exited' && end.code === 0 ? stdout : undefined;
}
