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
  #known: GivenObjects | undefined;
  /** Without objects from the client, and for the newest ones: it gives the same ones again. */
  readonly #modes = new Map<string | undefined, NodeModes>();
  #chooser: TraceChooser | undefined;

  constructor(snapshot: Snapshot, model: NodeModel, services: () => Promise<GivenObjects>) {
    this.model = model;
    this.#snapshot = snapshot;
    this.#services = services;
  }

  /** @param objects text of the Services; without it those that were given before count */
  async modes(objects?: string): Promise<NodeModes> {
    this.#known ??= await this.#services();
    const known = this.#known;
    const made = this.#modes.get(objects);
    if (made !== undefined) return made;
    const given = objects === undefined ? known : { ...known, objects: [objects] };
    const modes = new NodeModes(parseSnapshot(this.#snapshot), this.model, given);
    for (const other of [...this.#modes.keys()]) {
      if (other !== undefined && objects !== undefined) this.#modes.delete(other);
    }
    this.#modes.set(objects, modes);
    return modes;
  }

  async chooser(): Promise<TraceChooser> {
    this.#chooser ??= new TraceChooser(await this.modes());
    return this.#chooser;
  }

  /** Frees the memory of what can be made again. */
  forget(): void {
    this.#modes.clear();
    this.#chooser = undefined;
  }
}
