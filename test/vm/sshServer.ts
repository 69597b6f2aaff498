import { connect } from 'node:net';
import { TestNodeError } from './testNodeError.ts';

/** After this long without a greeting a connection is given up: QEMU accepts for a guest that may not listen yet. */
const greetingTimeoutMs = 1_000;

/**
 * Resolves when an SSH server greets at an address.
 *
 * @param abandoned rejects when it is known that none will
 * @throws TestNodeError `boot-failed` when none did in time
 */
export async function awaitSshServer(
  host: string,
  port: number,
  timeoutMs: number,
  abandoned: Promise<never> = new Promise<never>(() => undefined),
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await Promise.race([greets(host, port), abandoned])) {
      return;
    }
  }
  throw new TestNodeError('boot-failed', `No SSH server answered at ${host}:${port} within ${timeoutMs / 1000} s.`);
}

/** Whether an SSH server greets. Takes the whole second to say no, so that asking again does not spin. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), greetingTimeoutMs);
    socket.once('data', (bytes) => finish(bytes.toString('latin1').startsWith('SSH-')));
    socket.on('error', () => undefined);
  });
}
