import type { Frontend, FrontendKind } from '../../model/service.ts';
import type { NftChain } from '../../ruleset/nftables/document.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import { holdsOnly } from '../addressRange.ts';
import { withPrefixLength } from '../addressText.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import { parseChainName } from './chainName.ts';
import { constantText, formatExpression } from './format.ts';
import type { MapEntry } from './mapEntries.ts';
import type { ProxyTable } from './proxyTable.ts';

/** Addresses of a family that say what an entry's address is. */
export interface KnownAddresses {
  readonly clusterIPs: ReadonlySet<string>;
  /** The only local addresses on which node ports are open; empty when that is all of them. */
  readonly nodePortIPs: readonly string[];
}

/** Reads the sets `cluster-ips` and `nodeport-ips`. */
export function readKnownAddresses({ sets }: ProxyTable): KnownAddresses {
  const ips = (name: string): string[] =>
    (sets.get(name)?.elements() ?? []).map(({ key }) => constantText(key)).filter((ip) => ip !== undefined);
  return { clusterIPs: new Set(ips('cluster-ips')), nodePortIPs: ips('nodeport-ips') };
}

/**
 * The frontends of a port. The maps `no-endpoint-*` refuse packets, also where another map hands them on: that is for
 * clients outside the node of a Service with policy Local and no endpoint here.
 */
export function readFrontends(
  entries: readonly MapEntry[],
  addresses: ReadonlyMap<ProxyTable, KnownAddresses>,
  objects: ObjectIndex | undefined,
): Frontend[] {
  const groups = new Map<string, MapEntry[]>();
  for (const entry of entries) {
    const key = `${entry.proxyTable.family} ${entry.ip ?? ''} ${entry.port}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  const hasNodePort = entries.some(({ ip }) => ip === undefined);
  const ownAddresses = new Set(entries.map(({ ip }) => ip).filter((ip) => ip !== undefined));
  return [...groups.values()].flatMap((group) => {
    const openOn = group[0]?.ip === undefined ? openAddresses(group, addresses) : [group[0].ip];
    const kind = kindOf(group, addresses, objects);
    return openOn.flatMap((ip) => describeFrontend(group, ip, kind, { hasNodePort, ownAddresses }));
  });
}

function openAddresses(
  group: readonly MapEntry[],
  addresses: ReadonlyMap<ProxyTable, KnownAddresses>,
): readonly (string | undefined)[] {
  const proxyTable = group[0]?.proxyTable;
  const ips = proxyTable === undefined ? [] : (addresses.get(proxyTable)?.nodePortIPs ?? []);
  return ips.length === 0 ? [undefined] : ips;
}

function describeFrontend(
  group: readonly MapEntry[],
  ip: string | undefined,
  kind: FrontendKind | undefined,
  { hasNodePort, ownAddresses }: { readonly hasNodePort: boolean; readonly ownAddresses: ReadonlySet<string> },
): Frontend[] {
  const service = group.find(({ map }) => map === 'service-ips' || map === 'service-nodeports');
  const refusal = group.find(({ map }) => map.startsWith('no-endpoint-'));
  const firewall = group.find(({ map }) => map === 'firewall-ips');
  const main = service ?? refusal ?? firewall;
  if (main === undefined) return [];
  const { element, port, proxyTable } = main;
  const sourceRanges = firewall === undefined ? undefined : readSourceRanges(firewall, ownAddresses);
  return [
    {
      // Load balancers have node ports, unless they are told not to; Services with external IPs mostly have none.
      kind: kind ?? (hasNodePort ? 'loadBalancerIP' : 'externalIP'),
      ...(kind === undefined ? { kindAssumed: true } : {}),
      family: proxyTable.family,
      ...(ip === undefined ? {} : { ip }),
      port,
      verdict: refusal === undefined ? 'endpoints' : refusal.verdict.kind === 'drop' ? 'drop' : 'reject',
      localOnly: service === undefined ? refusal?.verdict.kind === 'drop' : keepsToLocal(service),
      ...(sourceRanges === undefined ? {} : { sourceRanges }),
      location: proxyTable.locator.at(element.span),
      ...(element.packets === undefined || element.bytes === undefined
        ? {}
        : { counters: { packets: element.packets, bytes: element.bytes } }),
    },
  ];
}

function kindOf(
  group: readonly MapEntry[],
  addresses: ReadonlyMap<ProxyTable, KnownAddresses>,
  objects: ObjectIndex | undefined,
): FrontendKind | undefined {
  const [entry] = group;
  if (entry === undefined) return undefined;
  if (entry.ip === undefined) return 'nodePort';
  if (addresses.get(entry.proxyTable)?.clusterIPs.has(entry.ip) === true) return 'clusterIP';
  if (group.some(({ map }) => map === 'firewall-ips')) return 'loadBalancerIP';
  return objects?.byAddress(entry.ip, entry.protocol, entry.port)?.kind;
}

/**
 * Whether the entry's packets are kept to endpoints on the node. An external chain hands packets of every source to
 * the chain with all endpoints unless the policy is Local: then only those from pods and the node itself.
 */
function keepsToLocal({ proxyTable, verdict }: MapEntry): boolean {
  if (!('target' in verdict)) return false;
  const role = parseChainName(verdict.target)?.role;
  if (role !== 'external') return role === 'local';
  const chain = proxyTable.chains.get(verdict.target);
  return chain !== undefined && !chain.rules.some(handsAllToCluster);
}

function handsAllToCluster(rule: NftChain['rules'][number]): boolean {
  const statements = rule.statements();
  if (statements.some(({ kind }) => kind === 'match')) return false;
  return statements.some(
    (statement) =>
      statement.kind === 'verdict' &&
      'target' in statement.verdict &&
      parseChainName(statement.verdict.target)?.role === 'cluster',
  );
}

/** The CIDRs that the firewall chain does not drop, without the Service's own addresses (see the iptables mode). */
function readSourceRanges({ proxyTable, verdict }: MapEntry, ownAddresses: ReadonlySet<string>): string[] | undefined {
  const chain = 'target' in verdict ? proxyTable.chains.get(verdict.target) : undefined;
  for (const rule of chain?.rules ?? []) {
    for (const statement of rule.statements()) {
      if (statement.kind !== 'match' || statement.operator !== '!=') continue;
      if (statement.left.kind !== 'payload' || statement.left.field !== 'saddr') continue;
      return sourcesOf(statement.right).filter((source) => !holdsOnly(source, ownAddresses));
    }
  }
  return undefined;
}

function sourcesOf(right: NftExpression): string[] {
  return right.kind === 'set' ? right.elements.map(({ key }) => formatSource(key)) : [formatSource(right)];
}

/** nft leaves out the prefix length of a single address. */
function formatSource(source: NftExpression): string {
  const text = formatExpression(source);
  return source.kind === 'value' ? withPrefixLength(text) : text;
}
