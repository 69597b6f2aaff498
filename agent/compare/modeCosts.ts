import { setImmediate } from 'node:timers/promises';
import { compileRules } from '../compile/compileRules.ts';
import type { ProxyOptions } from '../compile/proxyOptions.ts';
import { resolveServices } from '../compile/resolveServices.ts';
import type { PacketRequest } from '../model/packetTrace.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../model/serviceRules.ts';
import type { EndpointSliceObject, KubernetesObjects, ServiceObject } from '../objects/kubernetesObjects.ts';
import { tracePacket } from '../trace/tracePacket.ts';
import type { NodeModes } from './nodeModes.ts';
import { podSources } from './podSources.ts';
import { farAway } from './settings/nodeAddresses.ts';

/** How much kube-proxy puts into the kernel. */
export interface RuleCounts {
  readonly chains: number;
  readonly rules: number;
  /** ipsets, and sets and maps of nftables. */
  readonly sets: number;
  /** What they hold. */
  readonly entries: number;
  readonly virtualServers: number;
  readonly realServers: number;
}

export interface ModeCost extends RuleCounts {
  readonly mode: ServiceMode;
  /** Rules that the kernel asks on the way of a new packet to a cluster IP: of the worst Service, and on average. */
  readonly askedRules: { readonly most: number; readonly average: number };
  /** What one more Service without endpoints, and one more endpoint, add. */
  readonly perService: RuleCounts;
  readonly perEndpoint: RuleCounts;
}

export interface ModeCosts {
  readonly services: number;
  readonly endpoints: number;
  readonly modes: readonly ModeCost[];
}

const serviceModes: readonly ServiceMode[] = ['iptables', 'ipvs', 'nftables'];

/** What each mode needs for the Services of a node, in all families. The event loop turns between the modes. */
export async function modeCosts(modes: NodeModes): Promise<ModeCosts> {
  const { objects, options } = modes.services;
  const requests = sampleRequests(modes);
  const ports = [...options.nodeIps.keys()].flatMap((family) => resolveServices(objects, options, family));
  const costs: ModeCost[] = [];
  for (const mode of serviceModes) {
    await modes.prepare(mode);
    await setImmediate();
    costs.push({
      mode,
      ...countRules(modes.compiled(mode)),
      askedRules: askedRules(modes, mode, requests),
      ...growth(options, mode),
    });
  }
  return {
    services: new Set(ports.map(({ namespace, serviceName }) => `${namespace}/${serviceName}`)).size,
    endpoints: new Set(ports.flatMap(({ allLocallyReachableEndpoints: each }) => each.map(({ ip }) => ip))).size,
    modes: costs,
  };
}

function countRules({ families }: ServiceRules): RuleCounts {
  return [...families.values()].map(countFamily).reduce(sum, none);
}

const none: RuleCounts = { chains: 0, rules: 0, sets: 0, entries: 0, virtualServers: 0, realServers: 0 };

function sum(one: RuleCounts, other: RuleCounts): RuleCounts {
  return {
    chains: one.chains + other.chains,
    rules: one.rules + other.rules,
    sets: one.sets + other.sets,
    entries: one.entries + other.entries,
    virtualServers: one.virtualServers + other.virtualServers,
    realServers: one.realServers + other.realServers,
  };
}

function difference(one: RuleCounts, other: RuleCounts): RuleCounts {
  return {
    chains: one.chains - other.chains,
    rules: one.rules - other.rules,
    sets: one.sets - other.sets,
    entries: one.entries - other.entries,
    virtualServers: one.virtualServers - other.virtualServers,
    realServers: one.realServers - other.realServers,
  };
}

function countFamily({ iptables, ipsets, virtualServers, nftables }: FamilyRules): RuleCounts {
  const tables = [...iptables.tables.values()];
  const chains = tables.flatMap((table) => [...table.chains.values()]);
  const hooks = tables.flatMap((table) => [...table.hooks.values()]);
  const nftChains = [...(nftables?.chains.values() ?? [])];
  const nftSets = [...(nftables?.sets.values() ?? [])];
  const servers = [...virtualServers.values()];
  const total = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  return {
    chains: chains.length + nftChains.length,
    rules: total([...chains, ...hooks].map(({ length }) => length)) + total(nftChains.map(({ rules }) => rules.length)),
    sets: ipsets.size + nftSets.length,
    entries:
      total([...ipsets.values()].map(({ entries }) => entries.size)) + total(nftSets.map((set) => set.elements.size)),
    virtualServers: servers.length,
    realServers: total(servers.map(({ realServers }) => realServers.size)),
  };
}

/** Services to whose cluster IPs a packet is sent: the last one, which is the worst, and others evenly between. */
const mostSamples = 100;

function sampleRequests(modes: NodeModes): readonly PacketRequest[] {
  const { objects, options } = modes.services;
  return [...options.nodeIps.keys()].flatMap((family) => {
    const ports = resolveServices(objects, options, family);
    const step = Math.max(1, ports.length / mostSamples);
    const pod = podSources(modes).find((source) => source.family === family)?.ip;
    const from =
      pod === undefined ? ({ kind: 'external', ip: farAway[family] } as const) : ({ kind: 'pod', ip: pod } as const);
    const chosen = Array.from({ length: Math.min(ports.length, mostSamples) }, (_, at) => ports[Math.floor(at * step)]);
    const last = ports.at(-1);
    return [...new Set([...chosen, last])].flatMap((port): PacketRequest[] =>
      port === undefined ? [] : [{ from, destination: port.clusterIp, protocol: port.protocol, port: port.port }],
    );
  });
}

function askedRules(modes: NodeModes, mode: ServiceMode, requests: readonly PacketRequest[]): ModeCost['askedRules'] {
  const traced = modes.traced(mode);
  let most = 0;
  let all = 0;
  for (const request of requests) {
    for (const { probability, steps } of tracePacket(traced, request).outcomes) {
      let asked = 0;
      for (const { kind, tried } of steps) asked += tried + (kind === 'rule' ? 1 : 0);
      most = Math.max(most, asked);
      all += asked * probability;
    }
  }
  return { most, average: requests.length === 0 ? 0 : all / requests.length };
}

/** Compiles one Service more, and one more endpoint for it, in one family. */
function growth(options: ProxyOptions, mode: ServiceMode): Pick<ModeCost, 'perService' | 'perEndpoint'> {
  const [family] = options.nodeIps;
  const own: ProxyOptions = { ...options, nodeIps: new Map(family === undefined ? [] : [family]) };
  const count = (...endpoints: readonly number[]): RuleCounts =>
    countRules(compileRules(madeUp(endpoints, family?.[0] === 'ipv6'), own, mode));
  const perEndpoint = difference(count(1, 2), count(1, 1));
  return { perService: difference(difference(count(1, 1), count(1)), perEndpoint), perEndpoint };
}

/** Services with so many endpoints each, none of them on the node. */
function madeUp(endpoints: readonly number[], isIpv6: boolean): KubernetesObjects {
  const address = (service: number, endpoint: number): string =>
    isIpv6 ? `fd00::${service + 1}:${endpoint}` : `240.0.${service}.${endpoint}`;
  return {
    services: endpoints.map(
      (_, service): ServiceObject => ({
        namespace: 'default',
        name: `service-${service}`,
        type: 'ClusterIP',
        clusterIPs: [address(service, 0)],
        externalIPs: [],
        loadBalancerIPs: [],
        loadBalancerSourceRanges: [],
        ports: [{ name: '', protocol: 'tcp', port: 80 }],
        internalTrafficPolicy: 'Cluster',
        externalTrafficPolicy: 'Cluster',
      }),
    ),
    endpointSlices: endpoints.map(
      (count, service): EndpointSliceObject => ({
        namespace: 'default',
        name: `service-${service}`,
        serviceName: `service-${service}`,
        addressType: isIpv6 ? 'IPv6' : 'IPv4',
        ports: [{ name: '', protocol: 'tcp', port: 8080 }],
        endpoints: Array.from({ length: count }, (_, endpoint) => ({
          addresses: [address(service, endpoint + 1)],
          ready: true,
          serving: true,
          terminating: false,
        })),
      }),
    ),
  };
}
