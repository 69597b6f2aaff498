import type { HostTarget } from './hostChoices.ts';

/** What a root is made from. */
export type RootTarget = HostTarget | { readonly kind: 'dumps'; readonly paths: readonly string[] };

/** The id of a target's root: the same target always has the same one. */
export function rootId(target: RootTarget): string {
  switch (target.kind) {
    case 'ssh':
      return `ssh:${target.host}`;
    case 'local':
      return 'local';
    case 'dumps':
      return `dumps:${target.paths.toSorted().join(':')}`;
  }
}

/**
 * The name of dumps in the tree: the last two folders of one path, because `CASE/iptables` says more than `iptables`;
 * the first file's name for several.
 */
export function dumpsLabel(paths: readonly string[]): string {
  const [first = ''] = paths;
  const segments = first.split(/[/\\]/).filter((segment) => segment !== '');
  const name = segments.slice(-2).join('/');
  return paths.length > 1 ? `${name} +${paths.length - 1}` : name;
}

/** Reads targets that were stored; what does not read as one is left out. */
export function parseTargets(stored: unknown): readonly RootTarget[] {
  return Array.isArray(stored) ? stored.map(parseTarget).filter((target) => target !== undefined) : [];
}

function parseTarget(stored: unknown): RootTarget | undefined {
  if (typeof stored !== 'object' || stored === null || !('kind' in stored)) return undefined;
  if (stored.kind === 'local') return { kind: 'local' };
  if (stored.kind === 'ssh' && 'host' in stored && typeof stored.host === 'string') {
    return { kind: 'ssh', host: stored.host };
  }
  if (stored.kind === 'dumps' && 'paths' in stored && Array.isArray(stored.paths)) {
    const paths = stored.paths.filter((path) => typeof path === 'string');
    return paths.length === 0 ? undefined : { kind: 'dumps', paths };
  }
  return undefined;
}
