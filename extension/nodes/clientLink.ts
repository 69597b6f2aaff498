import { AgentClient } from '../agentClient/agentClient.ts';
import { AgentError } from '../agentClient/agentError.ts';
import { DisposableStore } from '../common/disposable.ts';
import { TransportError } from '../common/transportError.ts';
import type { AgentProcess } from '../transport/delivery/agentProcess.ts';
import type { Link } from '../transport/reconnectingConnection.ts';

/** The emulated node takes some seconds to start a program. */
const handshakeTimeoutMs = 60_000;

/** A running agent that is spoken to. */
export interface ClientLink extends Link {
  readonly client: AgentClient;
}

/** A started agent, with what ends it and says why it ended. */
export interface StartedAgent extends Link {
  readonly agent: Pick<AgentProcess, 'stdin' | 'stdout' | 'kill'>;
}

/**
 * Begins the conversation with an agent that was started. When either ends, so does the other.
 *
 * @throws TransportError when it does not answer, or not as an agent does; it is ended then
 */
export async function openClientLink(
  started: StartedAgent,
  clientName: string,
  signal: AbortSignal,
): Promise<ClientLink> {
  const owned = new DisposableStore();
  owned.add(started);
  try {
    const streams = { readable: started.agent.stdout, writable: started.agent.stdin };
    const client = owned.add(await AgentClient.connect(streams, { clientName, handshakeTimeoutMs, signal }));
    // The process's own end says more about the reason than that of its streams.
    client.onDidEnd(() => started.agent.kill());
    return { client, lost: started.lost, dispose: () => owned.dispose() };
  } catch (error) {
    owned.dispose();
    throw await reasonOf(error, started.lost);
  }
}

/** Why there is no conversation: why the agent's process ended, if it did so by itself, or what it did instead. */
async function reasonOf(error: unknown, lost: Promise<TransportError>): Promise<unknown> {
  const soon = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500).unref());
  const reason = await Promise.race([lost, soon]);
  if (reason?.reason === 'agentExited' || reason?.reason === 'connectionLost') return reason;
  if (!(error instanceof AgentError)) return error;
  const details = { step: 'start', detail: error.message, cause: error } as const;
  switch (error.code) {
    case 'cancelled':
      return new TransportError('cancelled', { ...details, args: {} });
    case 'agent-silent':
      return new TransportError('timeout', { ...details, args: { seconds: handshakeTimeoutMs / 1000 } });
    case 'agent-closed':
      return new TransportError('connectionLost', { ...details, args: {} });
    default:
      return new TransportError('agentNotUnderstood', { ...details, args: { code: error.code } });
  }
}
