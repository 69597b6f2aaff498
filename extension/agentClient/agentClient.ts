import type { Readable, Writable } from 'node:stream';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
  ProgressType,
  ResponseError,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import * as z from 'zod/mini';
import { BrokenStreamError } from '../../agent/protocol/messageDecoder.ts';
import {
  heartbeat,
  initialize,
  openDumps,
  progressSchema,
  type RequestDefinition,
  readDocument,
  releaseSnapshot,
  type SnapshotSummary,
  shutdown,
  takeSnapshot,
  treeChildren,
  treeReveal,
} from '../../agent/protocol/messages.ts';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import { heartbeatIntervalMs, protocolVersion } from '../../agent/protocol/version.ts';
import type { Disposable } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import { AgentError } from './agentError.ts';
import { ChangeClient, type RequestSender, type RequestWatch } from './changeClient.ts';
import { StrictMessageReader } from './strictMessageReader.ts';
import { TraceClient } from './traceClient.ts';

/** The two ends of an agent: what it prints, and what it reads. A Duplex can be both. */
export interface AgentStreams {
  readonly readable: Readable;
  readonly writable: Writable;
}

export interface AgentClientOptions {
  /** Who connects, for the agent's diagnosis. */
  readonly clientName: string;
  /** Milliseconds that the agent may take to answer the handshake. */
  readonly handshakeTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an agent says of itself. */
export type AgentInformation = z.infer<typeof initialize.result>;
export type ChildrenParams = z.infer<typeof treeChildren.params>;
export type ChildrenResult = z.infer<typeof treeChildren.result>;
export type RuleDocument = z.infer<typeof readDocument.result>;

/** What watches a request for a snapshot. */
export interface SnapshotWatch extends RequestWatch {
  /** Text of Services and EndpointSlices that give names to ipvs virtual servers. */
  readonly objects?: string | undefined;
}

/**
 * Speaks with one running agent. Every method rejects with an {@link AgentError}; when the agent or the connection to
 * it ends, all that are under way do.
 */
export class AgentClient implements Disposable {
  readonly #connection: MessageConnection;
  readonly #ended = new Emitter<AgentError>();
  /** Fires once, with the reason, when the conversation ends: through {@link dispose}, the agent or the connection. */
  readonly onDidEnd = this.#ended.event;
  readonly #pending = new Set<(error: AgentError) => void>();
  #closed: AgentError | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #information: AgentInformation | undefined;
  #tokens = 0;
  readonly #sender: RequestSender = {
    send: (definition, params, signal) => this.#request(definition, params, signal),
    sendPatiently: (definition, params, signal) => this.#request(definition, params, signal, true),
    watched: (watch, send) => this.#watched(watch, send),
  };
  /** The requests that change the agent's node. */
  readonly changes = new ChangeClient(this.#sender);
  /** The requests about the way of packets. */
  readonly traces = new TraceClient(this.#sender);

  /**
   * Says hello to the agent behind `streams`.
   *
   * @throws AgentError when it does not answer in time, speaks another version, or is no agent
   */
  static async connect(streams: AgentStreams, options: AgentClientOptions): Promise<AgentClient> {
    const client = new AgentClient(streams);
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), options.handshakeTimeoutMs);
    const cancel = (): void => silence.abort();
    if (options.signal?.aborted) cancel();
    options.signal?.addEventListener('abort', cancel, { once: true });
    try {
      client.#information = await client.#request(
        initialize,
        { protocolVersion, client: options.clientName },
        silence.signal,
      );
      client.#startHeartbeat();
      return client;
    } catch (error) {
      client.dispose();
      if (silence.signal.aborted && !options.signal?.aborted) {
        const seconds = options.handshakeTimeoutMs / 1000;
        throw new AgentError('agent-silent', `The agent did not answer within ${seconds} seconds.`, { seconds });
      }
      throw error;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  private constructor({ readable, writable }: AgentStreams) {
    const reader = new StrictMessageReader(readable);
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(writable));
    reader.onError((error) => this.#end(closeReason(error)));
    this.#connection.onClose(() => this.#end(closeReason(undefined)));
    // Writing to an agent that is gone; the end of its output tells the rest.
    writable.on('error', (error) => this.#end(closeReason(error)));
    this.#connection.listen();
  }

  /** What the agent said of itself in the handshake. */
  get information(): AgentInformation {
    if (this.#information === undefined) throw new AgentError('agent-silent', 'The agent has not answered yet.');
    return this.#information;
  }

  /** Reads the node's kernel. */
  takeSnapshot(watch: SnapshotWatch = {}): Promise<SnapshotSummary> {
    return this.#watched(watch, (common) =>
      this.#request(takeSnapshot, { ...common, ...objectsOf(watch) }, watch.signal),
    );
  }

  /** Loads saved dumps from files on the agent's machine. */
  openDumps(paths: readonly string[], watch: SnapshotWatch = {}): Promise<SnapshotSummary> {
    return this.#watched(watch, (common) =>
      this.#request(openDumps, { ...common, ...objectsOf(watch), paths: [...paths] }, watch.signal),
    );
  }

  async releaseSnapshot(snapshot: string): Promise<void> {
    await this.#request(releaseSnapshot, { snapshot });
  }

  /** A page of an element's children; of the root without `parent`. */
  children(params: ChildrenParams, signal?: AbortSignal): Promise<ChildrenResult> {
    return this.#request(treeChildren, params, signal);
  }

  /** The elements from the root's child down to the one that a line belongs to; empty when it belongs to none. */
  async reveal(snapshot: string, part: string, line: number, signal?: AbortSignal): Promise<readonly TreeElement[]> {
    return (await this.#request(treeReveal, { snapshot, part, line }, signal)).path;
  }

  /** The text to show for an element. */
  document(snapshot: string, element: string, signal?: AbortSignal): Promise<RuleDocument> {
    return this.#request(readDocument, { snapshot, element }, signal);
  }

  /** Lets the agent end by itself; its streams close then. */
  async shutdown(): Promise<void> {
    await this.#request(shutdown, {});
  }

  /** Ends the conversation. Requests that are under way are rejected; the streams are left to who owns them. */
  dispose(): void {
    this.#end(new AgentError('agent-closed', 'The connection to the agent was closed.'));
  }

  /** Sends a request with the token that its reports carry, where somebody wants them. */
  async #watched<T>(
    { onProgress }: RequestWatch,
    send: (common: { progressToken?: string }) => Promise<T>,
  ): Promise<T> {
    if (onProgress === undefined) return send({});
    const progressToken = `progress-${++this.#tokens}`;
    const listener = this.#connection.onProgress(new ProgressType<unknown>(), progressToken, (progress) => {
      const parsed = progressSchema.safeParse(progress);
      if (parsed.success) onProgress(parsed.data);
    });
    try {
      return await send({ progressToken });
    } finally {
      listener.dispose();
    }
  }

  /**
   * Sends a request, and checks the answer before anybody uses it.
   *
   * @param patient whether the answer is waited for after a cancellation too: it says what was done until then
   */
  #request<Params extends z.ZodMiniType, Result extends z.ZodMiniType>(
    definition: RequestDefinition<Params, Result>,
    params: z.infer<Params>,
    signal?: AbortSignal,
    patient = false,
  ): Promise<z.infer<Result>> {
    const { method } = definition;
    return new Promise((resolve, reject) => {
      const cancellation = new CancellationTokenSource();
      const settle = (conclude: () => void): void => {
        if (!this.#pending.delete(fail)) return;
        signal?.removeEventListener('abort', cancel);
        conclude();
      };
      const fail = (error: AgentError): void => settle(() => reject(error));
      // The answer to a cancelled request may be long in coming.
      const cancel = (): void => {
        cancellation.cancel();
        if (!patient || !sent) fail(new AgentError('cancelled', `${method} was cancelled.`, { method }));
      };

      this.#pending.add(fail);
      if (this.#closed) {
        fail(this.#closed);
        return;
      }
      let sent = false;
      if (signal?.aborted) {
        cancel();
        return;
      }
      signal?.addEventListener('abort', cancel, { once: true });
      sent = true;
      this.#connection.sendRequest<unknown>(method, params, cancellation.token).then(
        (answer) => {
          const parsed = definition.result.safeParse(answer);
          if (parsed.success) settle(() => resolve(parsed.data));
          else fail(invalidAnswer(method, parsed.error));
        },
        (error: unknown) => fail(requestFailure(error, method)),
      );
    });
  }

  #startHeartbeat(): void {
    this.#heartbeat = setInterval(() => {
      this.#connection.sendNotification(heartbeat.method, {}).catch((error: unknown) => this.#end(closeReason(error)));
    }, heartbeatIntervalMs);
  }

  /** Ends the conversation once, and tells everybody who waits. */
  #end(error: AgentError): void {
    if (this.#closed) return;
    this.#closed = error;
    clearInterval(this.#heartbeat);
    for (const fail of [...this.#pending]) fail(error);
    this.#connection.dispose();
    this.#ended.fire(error);
    this.#ended.dispose();
  }
}

function objectsOf({ objects }: SnapshotWatch): { objects?: string } {
  return objects === undefined ? {} : { objects };
}

function closeReason(error: unknown): AgentError {
  if (error instanceof BrokenStreamError) {
    return new AgentError('broken-stream', `What the agent sent is not the protocol: ${error.message}`, {
      said: error.message,
    });
  }
  const said = error instanceof Error ? error.message : '';
  return new AgentError('agent-closed', `The agent ended${said && `: ${said}`}.`, { said });
}

function invalidAnswer(method: string, { issues }: z.core.$ZodError): AgentError {
  const place = issues[0]?.path.join('.') ?? '';
  return new AgentError('invalid-answer', `The agent's answer to ${method} is not valid at ${place}.`, {
    method,
    place,
  });
}

const errorData = z.object({ code: z.string(), args: z.record(z.string(), z.union([z.string(), z.number()])) });

function requestFailure(error: unknown, method: string): AgentError {
  const message = error instanceof Error ? error.message : String(error);
  const data = errorData.safeParse(error instanceof ResponseError ? error.data : undefined);
  return data.success
    ? new AgentError(data.data.code, message, data.data.args)
    : new AgentError('agent-failed', `The agent failed at ${method}: ${message}`, { method, said: message });
}
