import type { Span } from '../../common/position.ts';
import type { NftHook, NftSet } from '../document.ts';
import type { JsonScanner } from './scanner.ts';
import { readTypes } from './types.ts';
import { asNumber, asString, asStrings, parseJson } from './value.ts';

/** A listed object whose members are known by where they stand; a value is read only when it is asked for. */
export class NftJsonObject {
  readonly #text: string;
  readonly #scanner: JsonScanner;
  readonly #members = new Map<string, Span>();
  /** How many elements a set has, without one that is cut off. */
  elementCount = 0;

  constructor(text: string, scanner: JsonScanner) {
    this.#text = text;
    this.#scanner = scanner;
  }

  /** Reads the object at `at`; returns the offset behind it, or -1 when it is cut off. */
  read(at: number): number {
    return this.#scanner.eachMember(at, (name, start) => {
      const end = name === 'elem' ? this.#countElements(start) : this.#scanner.skipValue(start);
      this.#members.set(name, { start, end });
      return end;
    });
  }

  string(name: string): string | undefined {
    return asString(this.#value(name));
  }

  strings(name: string): readonly string[] {
    return asStrings(this.#value(name));
  }

  /** Where a member's value begins, also when the text ends within it. */
  start(name: string): number | undefined {
    return this.#members.get(name)?.start;
  }

  handleAndComment(): { readonly handle?: number; readonly comment?: string } {
    const handle = this.#number('handle');
    const comment = this.string('comment');
    return { ...(handle === undefined ? {} : { handle }), ...(comment === undefined ? {} : { comment }) };
  }

  /** The hook of a base chain. */
  hook(): { readonly hook?: NftHook } {
    const type = this.string('type');
    const hook = this.string('hook');
    if (type === undefined || hook === undefined) return {};
    const priority = this.#number('prio');
    const policy = this.string('policy');
    return {
      hook: {
        type,
        hook,
        ...(priority === undefined ? {} : { priority }),
        ...(policy === undefined ? {} : { policy }),
        devices: this.strings('dev'),
      },
    };
  }

  setProperties(): Pick<NftSet, 'keyTypes' | 'dataTypes' | 'flags' | 'timeout' | 'garbageCollectionInterval' | 'size'> {
    const timeout = this.#number('timeout');
    const interval = this.#number('gc-interval');
    const size = this.#number('size');
    return {
      keyTypes: readTypes(this.#value('type')),
      dataTypes: readTypes(this.#value('map')),
      flags: this.strings('flags'),
      ...(timeout === undefined ? {} : { timeout }),
      ...(interval === undefined ? {} : { garbageCollectionInterval: interval }),
      ...(size === undefined ? {} : { size }),
    };
  }

  #number(name: string): number | undefined {
    return asNumber(this.#value(name));
  }

  #value(name: string): unknown {
    const span = this.#members.get(name);
    return span === undefined || span.end === -1 ? undefined : parseJson(this.#text.slice(span.start, span.end));
  }

  #countElements(at: number): number {
    if (this.#text.charAt(at) !== '[') return this.#scanner.skipValue(at);
    return this.#scanner.eachItem(at, (start) => {
      const end = this.#scanner.skipValue(start);
      if (end !== -1) this.elementCount++;
      return end;
    });
  }
}
