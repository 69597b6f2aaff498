import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { hasErrorCode } from '../../common/errorCode.ts';
import { describeError, TransportError } from '../../common/transportError.ts';
import type { ExitStatus, RemoteProcess } from '../transport.ts';

/**
 * Starts a program on this machine, without a shell.
 *
 * @throws TransportError `programMissing`, `commandRefused`
 */
export async function startChildProcess(
  program: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv,
): Promise<RemoteProcess> {
  const child = spawn(program, args, { env: variables, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  // A program that no longer reads (EPIPE) says so by its end, which is reported anyway.
  child.stdin.on('error', () => {});
  await started(child, program);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) });
    });
  });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill() {
      child.kill();
      child.stdin.destroy();
    },
  };
}

function started(child: ChildProcessWithoutNullStreams, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => {
      child.on('error', () => {});
      resolve();
    });
    child.once('error', (error) => {
      const detail = describeError(error);
      reject(
        hasErrorCode(error, 'ENOENT')
          ? new TransportError('programMissing', { step: 'connect', args: { program }, detail, cause: error })
          : new TransportError('commandRefused', { step: 'connect', args: {}, detail, cause: error }),
      );
    });
  });
}
