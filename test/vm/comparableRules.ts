import type { RuleFiles } from './ruleFiles.ts';

/**
 * Saved rules in a form in which two kernels with the same rules are equal: without counters, times, handles, random
 * seeds of hash tables and device indexes, and in one order where the kernel's order means nothing. The order of rules
 * in a chain does mean something and stays.
 */
export function comparableRules(files: RuleFiles): Record<string, unknown> {
  const comparable: Record<string, unknown> = {};
  for (const [name, text] of files) {
    if (name.endsWith('tables-save.txt')) {
      comparable[name] = comparableTables(text);
    } else if (name === 'ipset-save.txt') {
      comparable[name] = lines(text.replace(/ initval 0x[0-9a-f]+/g, '')).sort();
    } else if (name === 'ipvsadm-save.txt' || name === 'ipvsadm-stats.txt') {
      comparable[name] = name === 'ipvsadm-save.txt' ? lines(text).sort() : lines(text).length;
    } else if (name === 'kube-ipvs0.txt') {
      comparable[name] = lines(text)
        .map((line) => line.split(/\s+/)[3])
        .sort();
    } else if (name === 'nft.json') {
      comparable[name] = comparableNftables(JSON.parse(text));
    }
  }
  return comparable;
}

/** Chains and rules by table. A table without rules and chains of its own is the same as none. */
function comparableTables(text: string): Record<string, unknown> {
  const tables: Record<string, { readonly chains: string[]; readonly rules: Record<string, string[]> }> = {};
  let table = '';
  for (const line of lines(text)) {
    if (line.startsWith('*')) {
      table = line.slice(1);
    } else if (line.startsWith(':')) {
      const [chain = '', policy = ''] = line.slice(1).split(' ');
      if (policy === '-' || policy === 'DROP') {
        tables[table] ??= { chains: [], rules: {} };
        tables[table]?.chains.push(`${chain} ${policy}`);
      }
    } else if (line.startsWith('-A ')) {
      const chain = line.split(' ')[1] ?? '';
      tables[table] ??= { chains: [], rules: {} };
      const rules = tables[table]?.rules ?? {};
      rules[chain] ??= [];
      rules[chain]?.push(line);
    }
  }
  for (const { chains } of Object.values(tables)) {
    chains.sort();
  }
  return tables;
}

/** Objects of a listing as sorted text, rules apart by chain in their order. */
function comparableNftables(listing: unknown): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const item of members(field(listing, 'nftables'))) {
    const rule = field(item, 'rule');
    const isRule = typeof rule === 'object';
    if (field(item, 'metainfo') === undefined) {
      const group = isRule ? `rules of ${String(field(rule, 'table'))} ${String(field(rule, 'chain'))}` : 'objects';
      groups[group] ??= [];
      groups[group]?.push(JSON.stringify(withoutHandles(item)));
    }
  }
  groups['objects']?.sort();
  return groups;
}

/** Without what the kernel counts up, and with the elements of sets and maps sorted. */
function withoutHandles(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutHandles);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).filter(([key]) => key !== 'handle' && key !== 'packets' && key !== 'bytes');
  return Object.fromEntries(
    entries.map(([key, member]) => {
      const plain = withoutHandles(member);
      return [key, key === 'elem' && Array.isArray(plain) ? plain.map((one) => JSON.stringify(one)).sort() : plain];
    }),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

function members(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Lines that hold rules; comments hold times. */
function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
