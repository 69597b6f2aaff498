import type { GivenProxyOptions } from '../../compile/defaultProxyOptions.ts';
import type { LocalDetector } from '../../compile/proxyOptions.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../../model/serviceRules.ts';

/** What kube-proxy was told, as far as its rules show it. What they do not show is undefined. */
export type RulesSettings = Pick<
  GivenProxyOptions,
  'localDetector' | 'masqueradeAll' | 'masqueradeBit' | 'nodePortAddresses' | 'localhostNodePorts' | 'serviceCidrs'
> & { readonly scheduler?: string | undefined };

/** Reads kube-proxy's settings off the rules of the mode that a node is in. */
export function rulesSettings({ families }: ServiceRules, mode: ServiceMode): RulesSettings {
  const each = [...families.values()];
  const masquerades = each.flatMap((rules) => clusterIpMasquerades(rules, mode));
  const scheduler = each.flatMap(({ virtualServers }) => [...virtualServers.values()])[0]?.scheduler;
  return {
    localDetector: localDetector(masquerades),
    masqueradeAll: masquerades.length === 0 ? undefined : masquerades.some(({ kind }) => kind === 'all'),
    masqueradeBit: masqueradeBit(each),
    nodePortAddresses: nodePortAddresses(each, mode),
    localhostNodePorts: mode === 'iptables' ? localhostNodePorts(each) : undefined,
    serviceCidrs: serviceCidrs(each),
    ...(scheduler === undefined ? {} : { scheduler }),
  };
}

/** Which packets to cluster IPs are masqueraded: all, or those that are not from pods. */
type Masquerade =
  | { readonly kind: 'all' | 'none' }
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'interface'; readonly name: string };

/** One for each family that has a rule for it. */
function clusterIpMasquerades(rules: FamilyRules, mode: ServiceMode): readonly Masquerade[] {
  if (mode === 'nftables') {
    const services = rules.nftables?.chains.get('services')?.rules;
    if (services === undefined) return [];
    const rule = services.find((each) => each.includes(' @cluster-ips ') && each.includes('meta mark set'));
    if (rule === undefined) return [{ kind: 'none' }];
    const [, cidr, name] = /(?:saddr != (\S+)|iifname != "([^"]+)")/.exec(rule) ?? [];
    return [masquerade(cidr, name?.replace(/\*$/, '+'))];
  }
  const nat = rules.iptables.tables.get('nat')?.chains ?? new Map<string, readonly string[]>();
  const rule = mode === 'ipvs' ? ipvsMasquerade(nat) : iptablesMasquerade(nat);
  if (rule === undefined) return [];
  if (rule === '' || rule.includes(' src,dst ')) return [{ kind: 'none' }];
  const [, cidr] = /! -s (\S+)/.exec(rule) ?? [];
  const [, name] = /! -i (\S+)/.exec(rule) ?? [];
  return [masquerade(cidr, name)];
}

type Chains = ReadonlyMap<string, readonly string[]>;

function ipvsMasquerade(nat: Chains): string | undefined {
  return nat.get('KUBE-SERVICES')?.find((rule) => / KUBE-(?:6-)?CLUSTER-IP .*-j KUBE-MARK-MASQ$/.test(rule));
}

/** The rule of some Service; empty when Services have none. */
function iptablesMasquerade(nat: Chains): string | undefined {
  let hasServices = false;
  for (const [chain, rules] of nat) {
    if (!/^KUBE-SV[CL]-/.test(chain)) continue;
    hasServices = true;
    const rule = rules.find((each) => each.includes(' cluster IP"') && each.endsWith(' -j KUBE-MARK-MASQ'));
    if (rule !== undefined) return rule;
  }
  return hasServices ? '' : undefined;
}

function masquerade(cidr: string | undefined, name: string | undefined): Masquerade {
  if (cidr !== undefined) return { kind: 'cidr', cidr };
  return name === undefined ? { kind: 'all' } : { kind: 'interface', name };
}

function localDetector(masquerades: readonly Masquerade[]): LocalDetector | undefined {
  const cidrs = masquerades.flatMap((each) => (each.kind === 'cidr' ? [withBits(each.cidr)] : []));
  if (cidrs.length > 0) return { kind: 'clusterCidr', cidrs };
  const name = masquerades.find((each) => each.kind === 'interface')?.name;
  if (name?.endsWith('+')) return { kind: 'interfaceNamePrefix', prefix: name.slice(0, -1) };
  if (name !== undefined) return { kind: 'bridgeInterface', name };
  return masquerades.some(({ kind }) => kind === 'none') ? { kind: 'none' } : undefined;
}

/** nft prints a block of one address as the address. */
function withBits(cidr: string): string {
  return cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`;
}

function masqueradeBit(families: readonly FamilyRules[]): number | undefined {
  for (const { iptables, nftables } of families) {
    const marking = iptables.tables.get('nat')?.chains.get('KUBE-MARK-MASQ')?.[0];
    const masquerading = nftables?.chains.get('masquerading')?.rules[0];
    const [, mark] =
      /(?:--set-xmark|--or-mark) (0x[\da-f]+)/.exec(marking ?? '') ??
      /meta mark set meta mark \^ (0x[\da-f]+)/.exec(masquerading ?? '') ??
      [];
    const bit = Math.log2(Number(mark));
    if (Number.isInteger(bit)) return bit;
  }
  return undefined;
}

/** Where rules name the addresses that take node ports; undefined where they name none. */
function nodePortAddresses(families: readonly FamilyRules[], mode: ServiceMode): readonly string[] | undefined {
  const named = families.flatMap((rules) => namedNodePortAddresses(rules, mode));
  return named.length === 0 ? undefined : [...new Set(named.map(withBits))];
}

function namedNodePortAddresses(rules: FamilyRules, mode: ServiceMode): readonly string[] {
  const { iptables, ipsets, virtualServers, nftables } = rules;
  if (mode === 'nftables') {
    const ips = nftables?.sets.get('nodeport-ips')?.elements.keys();
    // Its default are the node's own addresses; who wants all has to say so.
    return ips === undefined && nftables !== undefined ? ['0.0.0.0/0', '::/0'] : [...(ips ?? [])];
  }
  if (mode === 'iptables') {
    const services = iptables.tables.get('nat')?.chains.get('KUBE-SERVICES') ?? [];
    return services.flatMap((rule) => /^-d (\S+) .*-j KUBE-NODEPORTS$/.exec(rule)?.slice(1, 2) ?? []);
  }
  const ports = ipsets.get('KUBE-NODE-PORT-TCP')?.entries ?? ipsets.get('KUBE-6-NODE-PORT-TCP')?.entries;
  return [...virtualServers.values()].flatMap(({ address, protocol }) => {
    const colon = address.lastIndexOf(':');
    const isNodePort = protocol === 'tcp' && ports?.has(address.slice(colon + 1)) === true;
    return isNodePort ? [address.slice(0, colon).replace(/^\[|\]$/g, '')] : [];
  });
}

/** Rules that leave loopback out say so; where none leads to node ports, nothing is known. */
function localhostNodePorts(families: readonly FamilyRules[]): boolean | undefined {
  const rules = families.flatMap(({ iptables }) => iptables.tables.get('nat')?.chains.get('KUBE-SERVICES') ?? []);
  const toNodePorts = rules.filter((rule) => rule.endsWith(' -j KUBE-NODEPORTS') && !rule.includes('::1/128'));
  return toNodePorts.length === 0 ? undefined : !toNodePorts.some((rule) => rule.startsWith('! -d 127.0.0.0/8'));
}

function serviceCidrs(families: readonly FamilyRules[]): readonly string[] | undefined {
  const found = families.flatMap(({ nftables }) => {
    const rules = nftables?.chains.get('cluster-ips-check')?.rules ?? [];
    return rules.flatMap((rule) => {
      const [, blocks = ''] = /^ip6? daddr (.+) drop\b/.exec(rule) ?? [];
      return blocks
        .replace(/[{}]/g, '')
        .split(',')
        .map((block) => block.trim())
        .filter((block) => block !== '');
    });
  });
  return found.length === 0 ? undefined : found.map(withBits);
}
