/**
 * Remembers what was made of an object, for as long as that lives. Where a few of many objects are others than at the
 * last time, only of those something has to be made anew.
 */
export class ObjectMemo<Key extends object, Value> {
  readonly #known = new WeakMap<Key, { readonly parts: readonly unknown[]; readonly value: Value }>();

  /**
   * @param parts all else that the value depends on; another one at any place makes another value
   */
  get(key: Key, parts: readonly unknown[], make: () => Value): Value {
    const known = this.#known.get(key);
    if (known !== undefined && isSame(known.parts, parts)) return known.value;
    const value = make();
    this.#known.set(key, { parts, value });
    return value;
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
