import { connect, type Socket } from 'node:net';
import { hasErrorCode } from '../../common/errorCode.ts';
import { TransportError } from '../../common/transportError.ts';
import type { TransportStep } from '../../common/transportReasons.ts';

interface Destination {
  readonly host: string;
  readonly port: number;
  /** 4 or 6; 0 for whichever answers first. */
  readonly family: 0 | 4 | 6;
  readonly timeoutSeconds: number;
}

/**
 * Opens a TCP connection.
 *
 * @throws TransportError `hostNotFound`, `connectionRefused`, `hostUnreachable`, `timeout`, `cancelled`
 */
export function tcpConnect(destination: Destination, signal: AbortSignal): Promise<Socket> {
  const { host, port, family, timeoutSeconds } = destination;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(family === 0 ? {} : { family }), noDelay: true });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (error: TransportError): void =>
      settle(() => {
        socket.destroy();
        reject(error);
      });
    const onAbort = (): void => fail(new TransportError('cancelled', { step: 'connect', args: {} }));
    const timer = setTimeout(
      () => fail(new TransportError('timeout', { step: 'connect', args: { seconds: timeoutSeconds } })),
      timeoutSeconds * 1000,
    );
    socket.once('error', (error) => fail(socketFailure(error, host, port)));
    socket.once('connect', () => settle(() => resolve(socket)));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/** Names what a socket's error means. */
function socketFailure(error: Error, host: string, port: number): TransportError {
  const step: TransportStep = 'connect';
  // With several addresses Node reports one error that holds the others.
  const causes = error instanceof AggregateError ? error.errors : [error];
  const has = (...codes: string[]): boolean => causes.some((one) => hasErrorCode(one, ...codes));
  const detail = causes.map((one) => (one instanceof Error ? one.message : String(one))).join('; ');
  if (has('ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME')) {
    return new TransportError('hostNotFound', { step, args: { host }, detail, cause: error });
  }
  if (has('ECONNREFUSED')) {
    return new TransportError('connectionRefused', { step, args: { host, port }, detail, cause: error });
  }
  return new TransportError('hostUnreachable', { step, args: { host, port }, detail, cause: error });
}
