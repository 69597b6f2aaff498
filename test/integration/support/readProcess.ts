import { text } from 'node:stream/consumers';
import type { ExitStatus, MachineConnection } from '../../../extension/transport/transport.ts';

export interface ProcessResult extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command on a machine to its end. */
export async function runOn(
  machine: MachineConnection,
  argv: readonly string[],
  stdin: string | Uint8Array = '',
): Promise<ProcessResult> {
  const process = await machine.start(argv, new AbortController().signal);
  process.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([text(process.stdout), text(process.stderr), process.exited]);
  return { ...status, stdout, stderr };
}
