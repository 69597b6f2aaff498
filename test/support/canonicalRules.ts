import type { FamilyRules, IptablesTable, NftablesTable } from '../../agent/model/serviceRules.ts';

/**
 * Rules as text in which two kernels that do the same with every packet are equal: lines by section, such as
 * `iptables nat KUBE-SVC-*`. Order is kept where it means something. What kube-proxy's proxiers write in the order of a
 * Go map, the rules that lead to different Services, is sorted; the rules of one Service keep their order, and so does
 * what stands before and behind all of them.
 */
export type CanonicalRules = ReadonlyMap<string, readonly string[]>;

/** @param sysctls settings that are not as the kernel has them at first, by path */
export function canonicalRules(rules: FamilyRules, sysctls: ReadonlyMap<string, string> = new Map()): CanonicalRules {
  const sections = new Map<string, string[]>();
  for (const [name, table] of sorted(rules.iptables.tables)) addIptables(sections, name, table);
  for (const [name, set] of sorted(rules.ipsets)) {
    sections.set(`ipset ${name}`, [`${set.type} ${set.options}`, ...[...set.entries].sort()]);
  }
  for (const [key, server] of sorted(rules.virtualServers)) {
    const { scheduler, persistenceSeconds, persistenceMask, flags, realServers } = server;
    const line = [key, scheduler, persistenceSeconds ?? '-', persistenceMask ?? '-', ...flags].join(' ');
    const servers = sorted(realServers).map(([address, weight]) => `  ${address} ${weight}`);
    addTo(sections, 'virtual servers', [line, ...servers]);
  }
  if (rules.serviceDevice !== undefined) {
    sections.set(`device ${rules.serviceDevice.name}`, [...rules.serviceDevice.addresses].sort());
  }
  if (rules.nftables !== undefined) addNftables(sections, rules.nftables);
  if (sysctls.size > 0) {
    sections.set(
      'sysctls',
      sorted(sysctls).map(([path, value]) => `${path} = ${value}`),
    );
  }
  return sections;
}

/** All sections as one text, to read and to compare. */
export function canonicalText(rules: CanonicalRules): string {
  return sorted(rules)
    .map(([section, lines]) => [`# ${section}`, ...lines, ''].join('\n'))
    .join('\n');
}

function addIptables(sections: Map<string, string[]>, name: string, { chains, hooks }: IptablesTable): void {
  for (const [hook, rules] of sorted(hooks)) {
    addTo(
      sections,
      `iptables ${name} hooks`,
      rules.map((rule) => `-A ${hook} ${rule}`),
    );
  }
  for (const [chain, rules] of sorted(chains)) {
    const group = chain.replace(/^(KUBE-[A-Z]+-)[A-Z2-7]{16}$/, '$1*');
    addTo(sections, `iptables ${name} ${group}`, [`:${chain}`, ...inCanonicalOrder(rules)]);
  }
}

/** One of many rules whose order among each other means nothing. */
interface Unordered {
  readonly kind: 'service' | 'node ports' | 'closed frontend';
  /** What the rule is about. Rules about the same keep their order. */
  readonly about: string;
}

function unordered(rule: string): Unordered | undefined {
  const [, comment = ''] = /--comment "([^"]*)"/.exec(rule) ?? [];
  if (comment.startsWith('kubernetes service nodeports; ')) return { kind: 'node ports', about: rule };
  const [name = ''] = comment.split(' ');
  if (name.includes('/')) return { kind: 'service', about: name };
  // In KUBE-IPVS-OUT-FILTER, each about another virtual server.
  return rule.includes(' -m ipvs ') && rule.endsWith(' -j DROP') ? { kind: 'closed frontend', about: rule } : undefined;
}

/**
 * Sorts each run of rules of iptables that are about Service ports by those, and so on. In the chains of one Service
 * port all are about the same one, and stay as they are.
 */
export function inCanonicalOrder(rules: readonly string[]): string[] {
  const all = rules.map((rule) => ({ rule, ...unordered(rule) }));
  const ordered: string[] = [];
  for (let start = 0; start < all.length; ) {
    const kind = all[start]?.kind;
    let end = start + 1;
    while (kind !== undefined && all[end]?.kind === kind) end++;
    const run = all.slice(start, end).sort((a, b) => compare(a.about ?? '', b.about ?? ''));
    ordered.push(...run.map(({ rule }) => rule));
    start = end;
  }
  return ordered;
}

function addNftables(sections: Map<string, string[]>, table: NftablesTable): void {
  sections.set('nftables table', [`comment ${table.comment ?? '-'}`]);
  for (const [name, set] of sorted(table.sets)) {
    const { kind, type, flags, timeout, comment, elements, elementComments } = set;
    const header = [kind, name, type, flags.join(','), timeout ?? '-', comment ?? '-'].join(' | ');
    const lines = sorted(elements).map(([key, value]) =>
      `  ${key} : ${value} ${elementComments.get(key) ?? ''}`.trimEnd(),
    );
    addTo(sections, `nftables ${kind} ${withoutHash(name)}`, [header, ...lines]);
  }
  for (const [name, { hook, comment, rules }] of sorted(table.chains)) {
    const header = `${name} | ${hook ?? '-'} | ${comment ?? '-'}`;
    addTo(sections, `nftables chain ${withoutHash(name)}`, [header, ...rules.map((rule) => `  ${rule}`)]);
  }
}

/** `endpoint-*` for the chain `endpoint-2CRNCTTE-NAMESPACE/NAME/...`. */
function withoutHash(name: string): string {
  return name.replace(/^([a-z]+-)[A-Z2-7]{8}-.*$/, '$1*');
}

function addTo(sections: Map<string, string[]>, section: string, lines: readonly string[]): void {
  const known = sections.get(section);
  if (known === undefined) sections.set(section, [...lines]);
  else known.push(...lines);
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
