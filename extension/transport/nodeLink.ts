import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import type { TransportError } from '../common/transportError.ts';
import type { Credentials } from './credentials.ts';
import type { AgentProcess } from './delivery/agentProcess.ts';
import type { AgentArtefacts } from './delivery/artefacts.ts';
import { openAgent } from './delivery/openAgent.ts';
import type { Privilege } from './elevation.ts';
import type { ConnectContext, MachineConnection, Transport } from './transport.ts';

/** A connection to a machine with an agent that runs there. */
export interface NodeLink extends Disposable {
  readonly machine: MachineConnection;
  readonly agent: AgentProcess;
  /** Settles when either is gone, with the reason; never rejects. */
  readonly lost: Promise<TransportError>;
}

export interface NodeLinkOptions {
  readonly transport: Transport;
  /** Being computed while the connection is made. */
  readonly artefacts: Promise<AgentArtefacts>;
  readonly privilege: Privilege;
  /** Folder on the node instead of the default; empty for the default. */
  readonly folder: string;
  readonly credentials: Credentials;
}

/**
 * Connects to a machine and starts the agent there.
 *
 * @throws TransportError; nothing stays open then
 */
export async function openNodeLink(options: NodeLinkOptions, context: ConnectContext): Promise<NodeLink> {
  const { transport, privilege, folder, credentials } = options;
  // Observed below; a failure before that point must not count as unhandled.
  options.artefacts.catch(() => {});
  const machine = await transport.connect(context);
  const owned = new DisposableStore();
  owned.add(machine);
  try {
    const agent = await openAgent({ machine, privilege, folder, credentials }, await options.artefacts, context);
    owned.add(toDisposable(() => agent.kill()));
    return {
      machine,
      agent,
      lost: Promise.race([machine.closed.then((reason) => reason ?? agent.ended), agent.ended]),
      dispose: () => owned.dispose(),
    };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}
