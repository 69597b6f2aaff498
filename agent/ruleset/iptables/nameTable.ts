import { Uint32Column } from './growable.ts';

/** Number of a name in a {@link NameTable}. */
export type NameIndex = number;

/** Start value for the hash of a name; feed it each character with {@link hashNext}. */
export function hashStart(table: number): number {
  return Math.imul(table + 1, 0x9e3779b1);
}

/** The hash after one more UTF-16 unit. */
export function hashNext(hash: number, unit: number): number {
  return Math.imul(hash, 31) + unit;
}

/**
 * The names of chains and targets of a dump, each once per table. A name is kept as its place in the text, so that
 * 120,000 chains cost no strings until somebody asks for them.
 */
export class NameTable {
  readonly #text: string;
  readonly #starts: Uint32Column;
  readonly #lengths: Uint32Column;
  readonly #tables: Uint32Column;
  readonly #hashes: Uint32Column;
  /** Names that do not stand in the text as they are, because of quotes or escapes. */
  readonly #unquoted = new Map<NameIndex, string>();
  /** Open addressing: slot -> name + 1. */
  #slots: Uint32Array;

  constructor(text: string, capacity: number) {
    this.#text = text;
    this.#starts = new Uint32Column(capacity);
    this.#lengths = new Uint32Column(capacity);
    this.#tables = new Uint32Column(capacity);
    this.#hashes = new Uint32Column(capacity);
    let slots = 64;
    while (slots < capacity * 2) slots *= 2;
    this.#slots = new Uint32Array(slots);
  }

  get size(): number {
    return this.#starts.length;
  }

  name(index: NameIndex): string {
    const start = this.#starts.at(index);
    return this.#unquoted.get(index) ?? this.#text.slice(start, start + this.#lengths.at(index));
  }

  table(index: NameIndex): number {
    return this.#tables.at(index);
  }

  length(index: NameIndex): number {
    return this.#lengths.at(index);
  }

  /** Interns the name at `start` in the text. `hash` is that of {@link hashStart} and {@link hashNext}. */
  internAt(table: number, start: number, length: number, hash: number): NameIndex {
    const mask = this.#slots.length - 1;
    const mixed = mix(hash);
    let slot = mixed & mask;
    for (let taken = this.#slots[slot] ?? 0; taken !== 0; taken = this.#slots[slot] ?? 0) {
      if (this.#hashes.at(taken - 1) === mixed && this.#isAt(taken - 1, table, start, length)) return taken - 1;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, table, start, length, mixed);
  }

  /** Interns a name that need not stand in the text. */
  intern(table: number, name: string): NameIndex {
    const found = this.find(table, name);
    if (found !== undefined) return found;
    const mixed = mix(hashOf(table, name));
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    const index = this.#add(slot, table, 0, name.length, mixed);
    this.#unquoted.set(index, name);
    return index;
  }

  find(table: number, name: string): NameIndex | undefined {
    const mixed = mix(hashOf(table, name));
    const mask = this.#slots.length - 1;
    let slot = mixed & mask;
    for (let taken = this.#slots[slot] ?? 0; taken !== 0; taken = this.#slots[slot] ?? 0) {
      const index = taken - 1;
      if (this.#hashes.at(index) === mixed && this.table(index) === table && this.name(index) === name) return index;
      slot = (slot + 1) & mask;
    }
    return undefined;
  }

  /** Whether the text at `start` goes on with that name; what follows the name is not looked at. */
  isTextAt(index: NameIndex, start: number): boolean {
    const text = this.#text;
    const length = this.#lengths.at(index);
    const odd = this.#unquoted.get(index);
    if (odd !== undefined) return text.startsWith(odd, start);
    const from = this.#starts.at(index);
    // The last characters of generated names differ most.
    for (let at = length - 1; at >= 0; at--) {
      if (text.charCodeAt(from + at) !== text.charCodeAt(start + at)) return false;
    }
    return true;
  }

  #isAt(index: NameIndex, table: number, start: number, length: number): boolean {
    return this.#lengths.at(index) === length && this.#tables.at(index) === table && this.isTextAt(index, start);
  }

  #add(slot: number, table: number, start: number, length: number, mixed: number): NameIndex {
    const index = this.#starts.length;
    this.#starts.push(start);
    this.#lengths.push(length);
    this.#tables.push(table);
    this.#hashes.push(mixed);
    this.#slots[slot] = index + 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.size; index++) {
      let slot = this.#hashes.at(index) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

function hashOf(table: number, name: string): number {
  let hash = hashStart(table);
  for (let at = 0; at < name.length; at++) hash = hashNext(hash, name.charCodeAt(at));
  return hash;
}

/** Spreads the hash over all 32 bits, of which the lower ones choose the slot. */
function mix(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (half ^ (half >>> 13)) >>> 0;
}
