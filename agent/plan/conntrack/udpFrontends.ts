import type { FamilyRules, IptablesRules, NftablesTable, VirtualServerRules } from '../../model/serviceRules.ts';
import type { UdpFrontends } from '../../model/udpFrontends.ts';

/** The UDP frontends that rules have, whatever their mode; where those of several modes stand, all of them. */
export function udpFrontends(rules: FamilyRules): UdpFrontends {
  const draft = new FrontendsDraft();
  readIptables(rules.iptables, draft);
  for (const server of rules.virtualServers.values()) readVirtualServer(server, draft);
  if (rules.nftables !== undefined) readNftables(rules.nftables, draft);
  return draft;
}

class FrontendsDraft implements UdpFrontends {
  readonly addresses = new Map<string, Set<string>>();
  readonly nodePorts = new Map<number, Set<string>>();

  addAddress(ip: string, port: string, endpoints: Iterable<string>): void {
    add(this.addresses, endpointText(ip, port), endpoints);
  }

  addNodePort(port: string, endpoints: Iterable<string>): void {
    add(this.nodePorts, Number(port), endpoints);
  }
}

function add<Key>(map: Map<Key, Set<string>>, key: Key, endpoints: Iterable<string>): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set(endpoints));
  else for (const endpoint of endpoints) known.add(endpoint);
}

function endpointText(ip: string, port: string): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** `-d 10.96.0.10/32 -p udp ... --dport 53 ... -j TARGET`; without `-d`, or with one of loopback, a node port. */
const udpRule = /^(?:-d (?<ip>[^ /]+)\/(?<length>\d+) )?-p udp .*--dport (?<port>\d+)\b.* -j (?<target>[\w-]+)/;
const nextChain = /(?:^| )-j (?<chain>KUBE-(?:SVC|SVL|EXT|FW|SEP|XLB)-\w+)$/;
const destination = / --to-destination (?<endpoint>\S+)/;

function readIptables({ tables }: IptablesRules, draft: FrontendsDraft): void {
  const chains = tables.get('nat')?.chains;
  const unserved = tables.get('filter')?.chains;
  for (const rule of [
    ...(chains?.get('KUBE-SERVICES') ?? []),
    ...(chains?.get('KUBE-NODEPORTS') ?? []),
    ...(unserved?.get('KUBE-SERVICES') ?? []),
    ...(unserved?.get('KUBE-EXTERNAL-SERVICES') ?? []),
  ]) {
    if (!rule.includes('-p udp ')) continue;
    const { ip, length, port, target } = udpRule.exec(rule)?.groups ?? {};
    if (port === undefined || target === undefined) continue;
    const endpoints = new Set<string>();
    if (chains !== undefined) collectEndpoints(chains, target, endpoints, new Set());
    if (ip === undefined || (length !== '32' && length !== '128')) draft.addNodePort(port, endpoints);
    else draft.addAddress(ip, port, endpoints);
  }
}

/** The endpoints that a chain leads to, through other chains of its Service port. */
function collectEndpoints(
  chains: ReadonlyMap<string, readonly string[]>,
  name: string,
  endpoints: Set<string>,
  seen: Set<string>,
): void {
  if (seen.has(name)) return;
  seen.add(name);
  for (const rule of chains.get(name) ?? []) {
    const endpoint = destination.exec(rule)?.groups?.['endpoint'];
    if (endpoint !== undefined) endpoints.add(endpoint);
    const next = nextChain.exec(rule)?.groups?.['chain'];
    if (next !== undefined) collectEndpoints(chains, next, endpoints, seen);
  }
}

function readVirtualServer({ protocol, address, realServers }: VirtualServerRules, draft: FrontendsDraft): void {
  if (protocol === 'udp') add(draft.addresses, address, realServers.keys());
}

const serviceKey = /^(?<ip>\S+) \. udp \. (?<port>\d+)$/;
const nodePortKey = /^udp \. (?<port>\d+)$/;
const verdictChains = /\b(?:goto|jump) (?<chain>(?:service|external|endpoint)-[^\s,}]+)/g;
const mappedEndpoints = /: (?<ip>[\d.a-f:]+) \. (?<port>\d+)/g;
const dnatEndpoint = / dnat to (?<endpoint>\S+)$/;

function readNftables({ chains, sets }: NftablesTable, draft: FrontendsDraft): void {
  const endpointsOf = (verdict: string): Set<string> => {
    const endpoints = new Set<string>();
    const seen = new Set<string>();
    const follow = (text: string): void => {
      for (const { groups } of text.matchAll(verdictChains)) {
        const name = groups?.['chain'] ?? '';
        if (seen.has(name)) continue;
        seen.add(name);
        for (const rule of chains.get(name)?.rules ?? []) {
          follow(rule);
          const endpoint = dnatEndpoint.exec(rule)?.groups?.['endpoint'];
          if (endpoint !== undefined) endpoints.add(endpoint);
          if (!rule.includes(' dnat ')) continue;
          for (const { groups: found } of rule.matchAll(mappedEndpoints)) {
            endpoints.add(endpointText(found?.['ip'] ?? '', found?.['port'] ?? ''));
          }
        }
      }
    };
    follow(verdict);
    return endpoints;
  };
  for (const set of ['service-ips', 'no-endpoint-services']) {
    for (const [key, verdict] of sets.get(set)?.elements ?? []) {
      const { ip, port } = serviceKey.exec(key)?.groups ?? {};
      if (ip !== undefined && port !== undefined) draft.addAddress(ip, port, endpointsOf(verdict));
    }
  }
  for (const set of ['service-nodeports', 'no-endpoint-nodeports']) {
    for (const [key, verdict] of sets.get(set)?.elements ?? []) {
      const port = nodePortKey.exec(key)?.groups?.['port'];
      if (port !== undefined) draft.addNodePort(port, endpointsOf(verdict));
    }
  }
}
