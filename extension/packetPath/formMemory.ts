import { type PacketForm, packetFormSchema } from '../../webview/protocol/packetPath.ts';

/** Where the forms are kept; the workspace's memory in use. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storageKey = 'packetForms';
/** Nodes whose forms are kept; the oldest go. */
const mostForms = 50;

/** The form that was traced last, of each node. */
export class FormMemory {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Undefined where there is none, or none that this version understands. */
  get(rootId: string): PacketForm | undefined {
    const form = packetFormSchema.safeParse(this.#all().get(rootId));
    return form.success ? form.data : undefined;
  }

  async set(rootId: string, form: PacketForm): Promise<void> {
    const all = this.#all();
    all.delete(rootId);
    all.set(rootId, form);
    await this.#memory.update(storageKey, Object.fromEntries([...all].slice(-mostForms)));
  }

  #all(): Map<string, unknown> {
    const stored = this.#memory.get(storageKey);
    return new Map(typeof stored === 'object' && stored !== null ? Object.entries(stored) : []);
  }
}
