import type { ServiceTable } from '../../model/serviceRules.ts';
import { declaration, editLines, splitEdit } from './chainEdit.ts';
import { additionLines, removalLines } from './hookEdit.ts';
import type { TableDelta } from './tableDelta.ts';

/**
 * Input of iptables-restore in the making. What stands between a table's name and COMMIT comes into the kernel at once;
 * a section that holds nothing is left out.
 */
export class RestoreText {
  #text = '';
  #section = '';

  add(line: string): void {
    this.#section += `${line}\n`;
  }

  addAll(lines: readonly string[]): void {
    for (const line of lines) this.add(line);
  }

  addRules(chain: string, rules: readonly string[], start = 0, end = rules.length): void {
    const command = `-A ${chain} `;
    for (let index = start; index < end; index++) this.#section += `${command}${rules[index]}\n`;
  }

  commit(table: ServiceTable): void {
    if (this.#section !== '') this.#text += `*${table}\n${this.#section}COMMIT\n`;
    this.#section = '';
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * Chains from the last name to the first. Declared in this order, and before all rules, they cost iptables-legacy least:
 * each is found at the front of its sorted list, and they lie in memory as they are searched (libiptc.c). The cache of
 * iptables-nft is such a list too (nft-cache.c).
 */
export function fromLast(chains: Iterable<string>): string[] {
  return [...chains].sort().reverse();
}

/** Adds chains that are not there yet, with their rules; each may lead to any other. */
export function addMade(text: RestoreText, { made }: TableDelta): void {
  const chains = fromLast(made.keys());
  for (const chain of chains) text.add(declaration(chain));
  for (const chain of chains) text.addRules(chain, made.get(chain) ?? []);
}

/** Changes chains and hooks that packets reach, by what is added alone. */
export function addAdditions(text: RestoreText, { edited, hooks }: TableDelta): void {
  for (const edit of edited) {
    const { addition } = splitEdit(edit);
    if (addition !== undefined) text.addAll(editLines(addition));
  }
  for (const hook of hooks) text.addAll(additionLines(hook));
}

/** Takes away what {@link addAdditions} left. */
export function addRemovals(text: RestoreText, { edited, hooks }: TableDelta): void {
  for (const edit of edited) {
    const { removal } = splitEdit(edit);
    if (removal !== undefined) text.addAll(editLines(removal));
  }
  for (const hook of hooks) text.addAll(removalLines(hook));
}

/** Removes chains, of which none but each other leads to any. */
export function addGone(text: RestoreText, chains: Iterable<string>): void {
  const names = fromLast(chains);
  for (const chain of names) text.add(declaration(chain));
  for (const chain of names) text.add(`-X ${chain}`);
}

/** Adds all that changes in a table in one section. */
export function addWhole(text: RestoreText, delta: TableDelta): void {
  addMade(text, delta);
  for (const edit of delta.edited) text.addAll(editLines(edit));
  for (const hook of delta.hooks) text.addAll(additionLines(hook));
  for (const hook of delta.hooks) text.addAll(removalLines(hook));
  addGone(text, delta.gone.keys());
}
