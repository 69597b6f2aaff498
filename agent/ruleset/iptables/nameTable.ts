/** Number of a name in a {@link NameTable}. */
export type NameIndex = number;

/** The start of a name that stands in the text only with quotes or escapes. */
const notInText = 0xffffffff;

/** Numbers kept per name: where it starts in the text, its length, its table and its hash. */
const recordSize = 4;

/**
 * The names of chains and targets of a dump, each once per table. A name is kept as its place in the text, so that
 * 120,000 chains cost no strings until somebody asks for them.
 */
export class NameTable {
  readonly #text: string;
  #size = 0;
  /** One record after the other: a look-up of a name then touches few lines of the processor's cache. */
  #records: Uint32Array;
  /** Names that do not stand in the text as they are, because of quotes or escapes. */
  readonly #unquoted = new Map<NameIndex, string>();
  /** Open addressing: slot -> name + 1. */
  #slots: Uint32Array;

  constructor(text: string, capacity: number) {
    this.#text = text;
    this.#records = new Uint32Array(Math.max(64, capacity) * recordSize);
    let slots = 256;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Uint32Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  name(index: NameIndex): string {
    const start = this.#start(index);
    return this.#unquoted.get(index) ?? this.#text.slice(start, start + this.#length(index));
  }

  #start(index: NameIndex): number {
    return this.#records[index * recordSize] ?? 0;
  }

  #length(index: NameIndex): number {
    return this.#records[index * recordSize + 1] ?? 0;
  }

  table(index: NameIndex): number {
    return this.#records[index * recordSize + 2] ?? 0;
  }

  #hash(index: NameIndex): number {
    return this.#records[index * recordSize + 3] ?? 0;
  }

  /** Interns the name that stands in the text from `start` to `end`. */
  internAt(table: number, start: number, end: number): NameIndex {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const mixed = hashOf(table, this.#text, start, end);
    let slot = mixed & mask;
    for (let taken = slots[slot] ?? 0; taken !== 0; taken = slots[slot] ?? 0) {
      const index = taken - 1;
      if (this.#hash(index) === mixed && this.table(index) === table && this.isAt(index, start, end)) return index;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, table, start, end - start, mixed);
  }

  /** Interns a name that need not stand in the text. */
  intern(table: number, name: string): NameIndex {
    const found = this.find(table, name);
    if (found !== undefined) return found;
    const mixed = hashOf(table, name, 0, name.length);
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    const index = this.#add(slot, table, notInText, name.length, mixed);
    this.#unquoted.set(index, name);
    return index;
  }

  find(table: number, name: string): NameIndex | undefined {
    const mixed = hashOf(table, name, 0, name.length);
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    for (let taken = this.#slots[slot] ?? 0; taken !== 0; taken = this.#slots[slot] ?? 0) {
      const index = taken - 1;
      if (this.#hash(index) === mixed && this.table(index) === table && this.name(index) === name) return index;
      slot = (slot + 1) & mask;
    }
    return undefined;
  }

  /** Whether that name stands in the text from `start` to `end`. */
  isAt(index: NameIndex, start: number, end: number): boolean {
    const length = this.#length(index);
    if (end - start !== length) return false;
    const text = this.#text;
    const from = this.#start(index);
    if (from === notInText) return text.startsWith(this.name(index), start);
    // The last characters of generated names differ most.
    for (let at = length - 1; at >= 0; at--) {
      if (text.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false;
    }
    return true;
  }

  #add(slot: number, table: number, start: number, length: number, mixed: number): NameIndex {
    const index = this.#size++;
    const at = index * recordSize;
    if (at === this.#records.length) this.#grow();
    this.#records[at] = start;
    this.#records[at + 1] = length;
    this.#records[at + 2] = table;
    this.#records[at + 3] = mixed;
    this.#slots[slot] = index + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #grow(): void {
    const grown = new Uint32Array(this.#records.length * 2);
    grown.set(this.#records);
    this.#records = grown;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.size; index++) {
      let slot = this.#hash(index) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(table: number, text: string, start: number, end: number): number {
  let hash = table;
  for (let at = start; at < end; at++) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  // Spread over all 32 bits, of which the lower ones choose the slot.
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (half ^ (half >>> 13)) >>> 0;
}
