import { type Gap, listDifference } from './listDifference.ts';
import { normalRule } from './normalRule.ts';

/** How a chain that is there comes to hold other rules. */
export interface ChainEdit {
  readonly chain: string;
  /** The rules that stand, and those that shall. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly gaps: readonly Gap[];
}

/** @returns undefined when the rules are the same, even if they are printed otherwise. */
export function editChain(chain: string, before: readonly string[], after: readonly string[]): ChainEdit | undefined {
  if (before === after || (before.length === after.length && before.every((rule, index) => rule === after[index]))) {
    return undefined;
  }
  const gaps = differenceInMeaning(before, after);
  return gaps.length === 0 ? undefined : { chain, before, after, gaps };
}

/** Where lists of rules differ. Rules are compared by their text, and only where that differs by their meaning. */
export function differenceInMeaning(before: readonly string[], after: readonly string[]): readonly Gap[] {
  const asPrinted = listDifference(before, after);
  if (asPrinted.every(({ removed, added }) => removed === 0 || added === 0)) return asPrinted;
  const known = new Set(after);
  const old = new Set(before);
  return listDifference(
    before.map((rule) => (known.has(rule) ? rule : normalRule(rule))),
    after.map((rule) => (old.has(rule) ? rule : normalRule(rule))),
  );
}

/**
 * The lines that edit a chain rule by rule, or that write it anew where that takes fewer. Numbers of rules are those
 * that hold when the line's turn comes, for which the chain is edited from its end.
 */
export function editLines({ chain, before, after, gaps }: ChainEdit): string[] {
  const edits = gaps.reduce((sum, { removed, added }) => sum + Math.max(removed, added), 0);
  const isShorterAnew = before.length === 0 || edits > after.length;
  return isShorterAnew ? rewriteLines(chain, after) : gapLines(chain, after, gaps);
}

/** The lines that make a chain or empty it, and then fill it. */
function rewriteLines(chain: string, rules: readonly string[]): string[] {
  return [declaration(chain), ...rules.map((rule) => `-A ${chain} ${rule}`)];
}

/** Makes a chain, or empties the one that is there. */
export function declaration(chain: string): string {
  return `:${chain} - [0:0]`;
}

function gapLines(chain: string, after: readonly string[], gaps: readonly Gap[]): string[] {
  const lines: string[] = [];
  for (const { at, removed, from, added } of gaps.toReversed()) {
    const replaced = Math.min(removed, added);
    for (let index = removed; index > replaced; index--) lines.push(`-D ${chain} ${at + index}`);
    for (let index = added; index > replaced; index--) {
      lines.push(`-I ${chain} ${at + replaced + 1} ${after[from + index - 1]}`);
    }
    for (let index = replaced; index > 0; index--) lines.push(`-R ${chain} ${at + index} ${after[from + index - 1]}`);
  }
  return lines;
}

/** The edit in two: one that only adds, and one that only takes away. */
export function splitEdit({ chain, before, after, gaps }: ChainEdit): {
  readonly addition: ChainEdit | undefined;
  readonly removal: ChainEdit | undefined;
} {
  const both: string[] = [];
  const copy = (rules: readonly string[], start: number, end: number): void => {
    for (let index = start; index < end; index++) both.push(rules[index] ?? '');
  };
  const added: Gap[] = [];
  const removed: Gap[] = [];
  let copied = 0;
  for (const gap of gaps) {
    const { at, from } = gap;
    copy(before, copied, at);
    if (gap.added > 0) added.push({ at, removed: 0, from: both.length, added: gap.added });
    copy(after, from, from + gap.added);
    if (gap.removed > 0) removed.push({ at: both.length, removed: gap.removed, from: from + gap.added, added: 0 });
    copied = at;
  }
  copy(before, copied, before.length);
  return {
    addition: added.length === 0 ? undefined : { chain, before, after: both, gaps: added },
    removal: removed.length === 0 ? undefined : { chain, before: both, after, gaps: removed },
  };
}
