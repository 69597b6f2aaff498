import { AgentClient } from '../agentClient/agentClient.ts';
import { DisposableStore } from '../common/disposable.ts';
import type { TransportError } from '../common/transportError.ts';
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
  readonly agent: AgentProcess;
}

/**
 * Begins the conversation with an agent that was started. When either ends, so does the other.
 *
 * @throws AgentError when it does not answer as an agent does; it is ended then
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

/** Why the agent did not answer: why its process ended, if it did so by itself. */
async function reasonOf(error: unknown, lost: Promise<TransportError>): Promise<unknown> {
  const soon = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500).unref());
  const reason = await Promise.race([lost, soon]);
  return reason?.reason === 'agentExited' || reason?.reason === 'connectionLost' ? reason : error;
}
