import type { NetworkNamespace } from '../../support/networkNamespace.ts';

/** Adds rules to the chain `c` of a table, as many at once as the kernel takes; returns those that it refuses. */
export function loadRules(namespace: NetworkNamespace, table: string, rules: readonly string[]): readonly string[] {
  if (rules.length === 0) return [];
  const commands = rules.map((rule) => `add rule ${table} c ${rule}\n`).join('');
  if (namespace.run('nft', ['-f', '-'], commands).status === 0) return [];
  if (rules.length === 1) return rules;
  const middle = rules.length >> 1;
  return [...loadRules(namespace, table, rules.slice(0, middle)), ...loadRules(namespace, table, rules.slice(middle))];
}
