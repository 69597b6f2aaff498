import type { Readable, Writable } from 'node:stream';
import { appliedObjects, latestObjects } from '../change/appliedObjects.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CollectOptions } from '../node/collectSnapshot.ts';
import {
  initialize,
  openDumps,
  readDocument,
  releaseSnapshot,
  shutdown,
  takeSnapshot,
  treeChildren,
  treeReveal,
} from '../protocol/messages.ts';
import { heartbeatTimeoutMs, protocolVersion } from '../protocol/version.ts';
import { type ChangeDependencies, ChangeSession } from './changeSession.ts';
import { ClientConnection } from './clientConnection.ts';
import { handleRequest } from './handleRequest.ts';
import { registerChangeHandlers } from './registerChangeHandlers.ts';
import { registerTraceHandlers } from './registerTraceHandlers.ts';
import { requestError } from './requestError.ts';
import { SnapshotSession } from './snapshotSession.ts';
import { type Ticker, Watchdog } from './watchdog.ts';

/** What the server serves, and the time it lives by. */
export interface ServerDependencies {
  readonly agentVersion: string;
  readonly nodeName: string;
  readonly pid: number;
  readonly ticker: Ticker;
  /** How this machine's kernel is changed. */
  readonly changes: ChangeDependencies;
  /** Reads this machine's kernel. */
  collect(options: CollectOptions): Promise<Snapshot>;
  /** Loads saved dumps from this machine's files. */
  load(paths: readonly string[], options: CollectOptions): Promise<Snapshot>;
  /** `objects` is the text of Services and EndpointSlices in a form that `kubectl get -o` writes. */
  interpret(snapshot: Snapshot, objects: readonly string[]): NodeModel;
}

/** Why a server ended. */
export type ServeEnd =
  | { readonly kind: 'shutdown' | 'input-closed' | 'client-silent' }
  | { readonly kind: 'broken-stream'; readonly error: Error };

/**
 * Serves one client over a pair of streams until it leaves, or is not heard for {@link heartbeatTimeoutMs}: closing
 * the connection to a node does not end the processes there. What runs for it then is ended too.
 */
export function serve(input: Readable, output: Writable, dependencies: ServerDependencies): Promise<ServeEnd> {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const connection = new ClientConnection(input, output);

    const end = (reason: ServeEnd): void => {
      if (ended.signal.aborted) return;
      ended.abort();
      watchdog.stop();
      connection.dispose();
      resolve(reason);
    };
    const watchdog = new Watchdog(heartbeatTimeoutMs, dependencies.ticker, () => end({ kind: 'client-silent' }));
    // Any byte is a sign of life: a heartbeat may be stuck behind a long message that is still on its way.
    input.on('data', () => watchdog.heard());
    // Writing to a client that is gone fails with EPIPE; its input ends too.
    output.on('error', () => end({ kind: 'input-closed' }));

    registerHandlers(connection, dependencies, ended.signal, () => {
      connection.afterNextMessage(() => end({ kind: 'shutdown' }));
    });
    connection.listen((error) =>
      end(error === undefined ? { kind: 'input-closed' } : { kind: 'broken-stream', error }),
    );
  });
}

/** A signal that is aborted when one of two is. */
function either(a: AbortSignal, b: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of [a, b]) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return controller.signal;
}

function registerHandlers(
  connection: ClientConnection,
  dependencies: ServerDependencies,
  ended: AbortSignal,
  leaveAfterAnswer: () => void,
): void {
  const session = new SnapshotSession(dependencies.interpret);
  const changes = new ChangeSession(dependencies.changes);
  let initialized = false;
  const checkInitialized = (): void => {
    if (!initialized) throw requestError('notInitialized', 'not-initialized', 'The client has not said initialize.');
  };
  const options = (
    signal: AbortSignal,
    token: string | undefined,
  ): CollectOptions & { readonly signal: AbortSignal } => ({
    signal: either(signal, ended),
    ...(token !== undefined && {
      onProgress: (progress) => {
        connection.sendProgress(token, progress);
      },
    }),
  });

  handleRequest(connection, initialize, ({ protocolVersion: spoken }) => {
    if (spoken !== protocolVersion) {
      throw requestError(
        'versionMismatch',
        'version-mismatch',
        `The client speaks version ${spoken} of the protocol, this agent version ${protocolVersion}.`,
        { client: spoken, agent: protocolVersion },
      );
    }
    initialized = true;
    changes.connected();
    const { agentVersion, pid, nodeName } = dependencies;
    const writing = dependencies.changes.environment.machine.isRoot() ? ['apply' as const] : [];
    return {
      protocolVersion,
      agentVersion,
      pid,
      nodeName,
      capabilities: ['read' as const, 'files' as const, ...writing],
    };
  });
  registerChangeHandlers(connection, changes, { checkInitialized, watch: options });
  registerTraceHandlers(connection, session, options);
  handleRequest(connection, takeSnapshot, ({ objects, progressToken }, signal) => {
    checkInitialized();
    const collecting = options(signal, progressToken);
    return session.take({
      read: () => dependencies.collect(collecting),
      objects: async (snapshot) =>
        objects === undefined ? appliedObjects(dependencies.changes.environment, snapshot) : [objects],
      services: async () => {
        const applied = await latestObjects(dependencies.changes.environment);
        return { objects: objects === undefined ? applied?.objects : [objects], kept: applied?.options };
      },
      signal,
    });
  });
  handleRequest(connection, openDumps, ({ paths, objects, progressToken }, signal) => {
    checkInitialized();
    const loading = options(signal, progressToken);
    return session.take({
      read: () => dependencies.load(paths, loading),
      objects: async () => (objects === undefined ? [] : [objects]),
      services: async () => ({ objects: objects === undefined ? undefined : [objects] }),
      signal,
    });
  });
  handleRequest(connection, releaseSnapshot, ({ snapshot }) => {
    session.release(snapshot);
    return {};
  });
  handleRequest(connection, treeChildren, ({ snapshot, filter, ...request }) =>
    session.children(snapshot, { ...request, filter: filter?.text }),
  );
  handleRequest(connection, treeReveal, ({ snapshot, part, line }) => ({ path: session.reveal(snapshot, part, line) }));
  handleRequest(connection, readDocument, ({ snapshot, element }) => {
    const { target, lines, ...document } = session.document(snapshot, element);
    return { ...document, lines: [...lines], ...(target && { target }) };
  });
  handleRequest(connection, shutdown, () => {
    leaveAfterAnswer();
    return {};
  });
}
