import { TransportError } from '../../common/transportError.ts';
import type { ConnectContext, ExitStatus, RemoteProcess } from '../transport.ts';
import type { Artefact } from './artefacts.ts';

/** A running agent: JSON-RPC goes over its stdin and stdout. */
export interface AgentProcess extends RemoteProcess {
  /** What was put on the node for it; empty when everything was there. */
  readonly delivered: readonly Artefact['name'][];
  /** Settles when the agent ended, with the reason as far as its exit and its stderr tell it. Never rejects. */
  readonly ended: Promise<TransportError>;
}

/** The end of the agent's stderr that is kept to explain its end. */
const keptStderr = 8 * 1024;

/** Watches a process in which the agent runs: its stderr goes to the log, its end gets a reason. */
export function asAgent(
  process: RemoteProcess,
  delivered: AgentProcess['delivered'],
  { log }: Pick<ConnectContext, 'log'>,
): AgentProcess {
  let tail = '';
  process.stderr.on('data', (chunk: Buffer | string) => {
    const text = chunk.toString();
    tail = `${tail}${text}`.slice(-keptStderr);
    for (const line of text.split('\n')) if (line.trim() !== '') log.debug(`agent: ${line}`);
  });
  return { ...process, delivered, ended: process.exited.then((status) => explainEnd(status, tail)) };
}

function explainEnd({ code, signal }: ExitStatus, detail: string): TransportError {
  const step = 'session';
  if (signal !== undefined) return new TransportError('agentKilled', { step, args: { signal }, detail });
  if (code !== undefined) return new TransportError('agentExited', { step, args: { code }, detail });
  return new TransportError('connectionLost', { step, args: {}, detail });
}
