import { normalRule } from './normalRule.ts';

/** How kube-proxy's rules in one built-in chain change; rules of others stay where they are. */
export interface HookEdit {
  readonly builtIn: string;
  /** Rules that go, as they stand. */
  readonly removed: readonly string[];
  /** Rules that come, in the order in which they then stand. */
  readonly added: readonly string[];
  /** Of the removed and the added ones, those that are the same but stand in the wrong order. */
  readonly moved: readonly string[];
}

/**
 * Rules that are missing go in front of all others, where kube-proxy puts them. Where that gives the wrong order, all
 * go there anew.
 *
 * @returns undefined when there is nothing to do.
 */
export function editHooks(builtIn: string, before: readonly string[], after: readonly string[]): HookEdit | undefined {
  const left = after.map((rule) => ({ rule, normal: before.includes(rule) ? rule : normalRule(rule) }));
  const kept: string[] = [];
  const keptAs: string[] = [];
  const removed: string[] = [];
  for (const rule of before) {
    const at = left.findIndex(({ rule: wanted, normal }) => wanted === rule || normal === normalRule(rule));
    if (at === -1) {
      removed.push(rule);
      continue;
    }
    kept.push(rule);
    keptAs.push(...left.splice(at, 1).map(({ rule: wanted }) => wanted));
  }
  const added = after.slice(0, after.length - kept.length);
  const isInOrder = keptAs.every((rule, index) => rule === after[after.length - kept.length + index]);
  if (removed.length === 0 && added.length === 0 && isInOrder) return undefined;
  if (isInOrder) return { builtIn, removed, added, moved: [] };
  return { builtIn, removed, added: after, moved: kept };
}

/** The lines that make way for what moves, and then put rules in front, the last one first. */
export function additionLines({ builtIn, added, moved }: HookEdit): string[] {
  return [
    ...moved.map((rule) => `-D ${builtIn} ${rule}`),
    ...added.toReversed().map((rule) => `-I ${builtIn} ${rule}`),
  ];
}

export function removalLines({ builtIn, removed }: HookEdit): string[] {
  return removed.map((rule) => `-D ${builtIn} ${rule}`);
}
