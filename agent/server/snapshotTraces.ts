import { type GivenObjects, NodeModes } from '../compare/nodeModes.ts';
import { TraceChooser } from '../compare/traceChoices.ts';
import { parseSnapshot } from '../interpret/parseSnapshot.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** What packets meet on the node of a snapshot, in each mode. It is made when somebody asks, and goes with the snapshot. */
export class SnapshotTraces {
  readonly model: NodeModel;
  readonly #snapshot: Snapshot;
  readonly #services: () => Promise<GivenObjects>;
  #known: Promise<GivenObjects> | undefined;
  /** The newest: a client that gives objects gives the same ones again. */
  #modes: { readonly objects: string | undefined; readonly modes: NodeModes } | undefined;
  #chooser: TraceChooser | undefined;

  constructor(snapshot: Snapshot, model: NodeModel, services: () => Promise<GivenObjects>) {
    this.model = model;
    this.#snapshot = snapshot;
    this.#services = services;
  }

  /** @param objects text of the Services; without it those that were given before count */
  async modes(objects?: string): Promise<NodeModes> {
    this.#known ??= this.#services();
    const known = await this.#known;
    if (this.#modes === undefined || this.#modes.objects !== objects) {
      const given = objects === undefined ? known : { ...known, objects: [objects] };
      this.#modes = { objects, modes: new NodeModes(parseSnapshot(this.#snapshot), this.model, given) };
    }
    return this.#modes.modes;
  }

  async chooser(): Promise<TraceChooser> {
    this.#chooser ??= new TraceChooser(await this.modes());
    return this.#chooser;
  }

  /** Frees the memory of what can be made again. */
  forget(): void {
    this.#modes = undefined;
    this.#chooser = undefined;
  }
}
