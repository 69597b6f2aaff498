import * as z from 'zod/mini';
import type { GivenObjects } from '../compare/nodeModes.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { CollectCancelled } from '../node/collectSnapshot.ts';
import { concurrencyLimit } from '../node/concurrencyLimit.ts';
import type { OutlineDocument } from '../outline/documents/outlineDocument.ts';
import { type ChildrenPage, type ChildrenRequest, Outline } from '../outline/outline.ts';
import type { SnapshotSummary } from '../protocol/messages.ts';
import type { TreeElement } from '../protocol/treeElement.ts';
import { workWhenIdle } from './idleWork.ts';
import { NewestStore } from './newestStore.ts';
import { cancelledError, requestError } from './requestError.ts';
import { SnapshotTraces } from './snapshotTraces.ts';
import { summarize } from './summarize.ts';

/** What is being taken: how to read it, and who watches. */
export interface SnapshotRequest {
  readonly read: () => Promise<Snapshot>;
  /** Texts of objects that give names to what was read. */
  readonly objects: (snapshot: Snapshot) => Promise<readonly string[]>;
  /** What rules of other modes are made of, when somebody asks for them. */
  readonly services: () => Promise<GivenObjects>;
  readonly signal: AbortSignal;
}

/** What is kept of a snapshot. */
interface KeptSnapshot {
  readonly outline: Outline;
  readonly traces: SnapshotTraces;
}

/** The snapshots of one client. */
export class SnapshotSession {
  readonly #kept = new NewestStore<KeptSnapshot>('snapshot');
  #traced: SnapshotTraces | undefined;
  readonly #interpret: (snapshot: Snapshot, objects: readonly string[]) => NodeModel;
  /** One at a time: a node is not read twice at once, and two large models would be in memory together. */
  readonly #oneByOne = concurrencyLimit(1);

  constructor(interpret: (snapshot: Snapshot, objects: readonly string[]) => NodeModel) {
    this.#interpret = interpret;
  }

  take(request: SnapshotRequest): Promise<SnapshotSummary> {
    return this.#oneByOne(() => this.#take(request));
  }

  async #take({ read, objects, services, signal }: SnapshotRequest): Promise<SnapshotSummary> {
    if (signal.aborted) throw cancelledError();
    const started = performance.now();
    const snapshot = await readOrExplain(read, signal);
    if (signal.aborted) throw cancelledError();
    const collected = performance.now();
    const model = this.#interpret(snapshot, await objects(snapshot));
    const outline = new Outline(snapshot, model);
    const summary = summarize(snapshot, model);
    const name = this.#kept.add({ outline, traces: new SnapshotTraces(snapshot, model, services) });
    workWhenIdle(outline.prepare(), () => this.#kept.has(name));
    const timing = { collectMs: collected - started, interpretMs: performance.now() - collected };
    return { ...summary, snapshot: name, timing };
  }

  release(snapshot: string): void {
    if (this.#kept.has(snapshot) && this.#kept.get(snapshot).traces === this.#traced) this.#traced = undefined;
    this.#kept.release(snapshot);
  }

  /** What tells the way of packets through the node of a snapshot. Only one snapshot at a time has it in memory. */
  traces(snapshot: string): SnapshotTraces {
    const { traces } = this.#kept.get(snapshot);
    if (this.#traced !== traces) this.#traced?.forget();
    this.#traced = traces;
    return traces;
  }

  children(snapshot: string, request: ChildrenRequest): ChildrenPage {
    return this.#kept.get(snapshot).outline.children(request) ?? unknownElement(request.parent ?? '');
  }

  reveal(snapshot: string, part: string, line: number): TreeElement[] {
    return this.#kept.get(snapshot).outline.reveal(part, line);
  }

  document(snapshot: string, element: string): OutlineDocument {
    return this.#kept.get(snapshot).outline.document(element) ?? unknownElement(element);
  }
}

function unknownElement(element: string): never {
  throw requestError(
    'unknownElement',
    'unknown-element',
    `There is no element ${element} with rules in this snapshot.`,
    {
      element,
    },
  );
}

const explained = z.object({
  code: z.string(),
  message: z.string(),
  args: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
});

/** Reading fails as a whole only when it is cancelled, or when files are not there. */
async function readOrExplain(read: () => Promise<Snapshot>, signal: AbortSignal): Promise<Snapshot> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted || error instanceof CollectCancelled) throw cancelledError();
    const { data } = explained.safeParse(error);
    if (data) throw requestError('collectFailed', data.code, data.message, data.args);
    throw error;
  }
}
