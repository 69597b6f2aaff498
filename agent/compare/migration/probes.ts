import type { ResolvedServicePort } from '../../compile/resolvedService.ts';
import { resolveServices } from '../../compile/resolveServices.ts';
import { formatAddress, type IpFamily } from '../../model/address.ts';
import { parseCidr } from '../../model/cidr.ts';
import { addressBits, formatIpNumber, parseIpNumber } from '../../model/ipNumber.ts';
import type { PacketOrigin } from '../../model/packetTrace.ts';
import type { NodeModes } from '../nodeModes.ts';
import { RoutedEndpoints } from '../objects/localEndpoints.ts';
import { type PodSource, podSources } from '../podSources.ts';
import { farAway, isGlobal } from '../settings/nodeAddresses.ts';
import type { Probe, ProbeSource, ProbeTarget } from './probe.ts';

/** All probes of a node's Services, and how many Service ports they are for. */
export interface Probes {
  readonly ports: number;
  /** One Service port after another. */
  all(): Generator<readonly Probe[]>;
}

/** Addresses beside the node's own on which a node port is tried: they only differ in whether node ports are open. */
const mostOtherAddresses = 2;

/** A port that Services do not use: tcpmux, RFC 1078. */
const rarePort = 1;

/** Packets from all kinds of sources to all frontends of the Services of a node. */
export function probesOf(modes: NodeModes): Probes {
  const { objects, options } = modes.services;
  const families = [...options.nodeIps.keys()].map((family) => ({
    surroundings: surroundingsOf(modes, family),
    ports: resolveServices(objects, options, family),
  }));
  return {
    ports: families.reduce((sum, { ports }) => sum + ports.length, 0),
    *all() {
      for (const { surroundings, ports } of families) {
        const seen = new Set<string>();
        const numbers = portsByAddress(ports);
        for (const port of ports) yield [...probesOfPort(port, surroundings, seen, numbers)];
      }
    },
  };
}

/** From where packets come to Services of one family, and the addresses that the node has. */
interface Surroundings {
  readonly family: IpFamily;
  readonly pods: readonly string[];
  /** The address that a pod could have which is no endpoint; undefined where nothing tells. */
  readonly sparePod: string | undefined;
  /** Undefined where it is not known. */
  readonly nodeIp: string | undefined;
  readonly otherIps: readonly string[];
  readonly outside: string;
}

function surroundingsOf(modes: NodeModes, family: IpFamily): Surroundings {
  const { options } = modes.services;
  const ip = options.nodeIps.get(family);
  const nodeIp = ip === '0.0.0.0' || ip === '::' ? undefined : ip;
  const others = options.kernel.addresses.map((address) => address.ip);
  const pods = podSources(modes).filter((pod) => pod.family === family);
  return {
    family,
    pods: pods.map((pod) => pod.ip),
    sparePod: sparePod(modes, family, pods),
    nodeIp,
    otherIps: others.filter((each) => each !== nodeIp && isGlobal(each, family)).slice(0, mostOtherAddresses),
    outside: farAway[family],
  };
}

/** How many addresses are looked at for one that nobody has. */
const mostSpares = 300;

/** An address beside that of a pod, where both are reached alike, or else in the block that pods have addresses of. */
function sparePod(modes: NodeModes, family: IpFamily, pods: readonly PodSource[]): string | undefined {
  const { localDetector } = modes.services.options;
  const blocks = localDetector.kind === 'clusterCidr' ? localDetector.cidrs.map(parseCidr) : [];
  const block = blocks.find((cidr) => cidr?.family === family);
  const routed = new RoutedEndpoints(modes.traced().network);
  const used = new Set(modes.model.services.flatMap(({ endpoints }) => endpoints.map(({ ip }) => ip)));
  const starts = pods.flatMap(({ ip, device }) => {
    const start = parseIpNumber(ip)?.value;
    return start === undefined || device === undefined ? [] : [{ start, device }];
  });
  for (const { start, device } of [
    ...starts.slice(0, 1),
    ...(block ? [{ start: block.network, device: undefined }] : []),
  ]) {
    for (let offset = 1n; offset < mostSpares; offset++) {
      const ip = formatIpNumber({ family, value: start + offset });
      if (!used.has(ip) && (device === undefined || routed.deviceOf(ip) === device)) return ip;
    }
  }
  return undefined;
}

function hostIn({ family, network }: { readonly family: IpFamily; readonly network: bigint }, number: bigint): string {
  return formatIpNumber({ family, value: network + number });
}

/** The ports that each address and protocol is used with. */
function portsByAddress(ports: readonly ResolvedServicePort[]): ReadonlyMap<string, ReadonlySet<number>> {
  const numbers = new Map<string, Set<number>>();
  for (const { clusterIp, port } of ports) {
    const known = numbers.get(clusterIp);
    if (known === undefined) numbers.set(clusterIp, new Set([port]));
    else known.add(port);
  }
  return numbers;
}

/** @param seen cluster IPs that were pinged already: they may have several ports */
function* probesOfPort(
  port: ResolvedServicePort,
  surroundings: Surroundings,
  seen: Set<string>,
  numbers: ReadonlyMap<string, ReadonlySet<number>>,
): Generator<Probe> {
  const { family, nodeIp, otherIps } = surroundings;
  const sender = new Sender(port, surroundings);
  yield* sender.probes('clusterIP', port.clusterIp, port.port, ['pod', 'endpoint', 'node', 'external']);
  for (const ip of port.externalIps) {
    yield* sender.probes('externalIP', ip, port.port, ['external', 'pod', 'node']);
  }
  for (const ip of port.loadBalancerIps) {
    yield* sender.probes('loadBalancerIP', ip, port.port, ['external', 'externalAllowed', 'pod', 'node']);
  }
  if (port.nodePort !== 0) {
    if (nodeIp !== undefined) {
      yield* sender.probes('nodePort', nodeIp, port.nodePort, ['external', 'pod', 'endpoint', 'node']);
    }
    for (const ip of otherIps) yield* sender.probes('otherNodePort', ip, port.nodePort, ['external', 'node']);
    const loopback = family === 'ipv4' ? '127.0.0.1' : '::1';
    yield* sender.probes('localhostNodePort', loopback, port.nodePort, ['node']);
  }
  if (port.healthCheckNodePort !== 0 && nodeIp !== undefined) {
    yield sender.probe('healthCheck', nodeIp, port.healthCheckNodePort, 'external', surroundings.outside, 'tcp');
  }
  if (seen.has(port.clusterIp)) return;
  seen.add(port.clusterIp);
  const closed = closedPort(numbers.get(port.clusterIp));
  for (const source of ['pod', 'node'] as const) {
    const ip = source === 'node' ? undefined : sender.pod;
    if (source === 'pod' && ip === undefined) continue;
    yield sender.probe('ping', port.clusterIp, undefined, source, ip, 'icmp');
    yield sender.probe('closedPort', port.clusterIp, closed, source, ip, 'tcp');
  }
}

function closedPort(used: ReadonlySet<number> | undefined): number {
  let port = rarePort;
  while (used?.has(port) === true) port++;
  return port;
}

/** Makes probes for one Service port. */
class Sender {
  readonly #port: ResolvedServicePort;
  readonly #surroundings: Surroundings;
  /** A pod of the node that is no endpoint of it, if there is one. */
  readonly pod: string | undefined;
  readonly #endpoint: string | undefined;

  constructor(port: ResolvedServicePort, surroundings: Surroundings) {
    this.#port = port;
    this.#surroundings = surroundings;
    const endpoints = new Set(port.endpointsOnNode.map(({ ip }) => ip));
    const used = new Set(port.allLocallyReachableEndpoints.map(({ ip }) => ip));
    this.pod =
      surroundings.pods.find((ip) => !endpoints.has(ip) && !used.has(ip)) ??
      surroundings.sparePod ??
      surroundings.pods[0];
    this.#endpoint = port.endpointsOnNode.find(({ ip }) => used.has(ip) && surroundings.nodeIp !== ip)?.ip;
  }

  *probes(target: ProbeTarget, ip: string, port: number, sources: readonly ProbeSource[]): Generator<Probe> {
    for (const source of sources) {
      const from = this.#address(source, target);
      if (from === undefined && source !== 'node') continue;
      const { protocol } = this.#port;
      yield this.probe(target, ip, port, source, from, protocol);
      const remembered = this.#port.allLocallyReachableEndpoints.at(-1)?.address;
      const isBalanced = this.#port.allLocallyReachableEndpoints.length > 1;
      if (this.#port.affinitySeconds === undefined || remembered === undefined || !isBalanced) continue;
      if (source === 'endpoint' || source === 'node') continue;
      const probe = this.probe(target, ip, port, source, from, protocol);
      yield { ...probe, request: { ...probe.request, remembered } };
    }
  }

  probe(
    target: ProbeTarget,
    destination: string,
    port: number | undefined,
    source: ProbeSource,
    from: string | undefined,
    protocol: ResolvedServicePort['protocol'] | 'icmp',
  ): Probe {
    const { name, loadBalancerSourceRanges } = this.#port;
    return {
      service: name,
      target,
      source,
      family: this.#surroundings.family,
      hasSourceRanges: target === 'loadBalancerIP' && loadBalancerSourceRanges.length > 0,
      request: {
        from: originOf(source, from),
        destination,
        protocol,
        ...(port === undefined ? {} : { port }),
      },
    };
  }

  #address(source: ProbeSource, target: ProbeTarget): string | undefined {
    switch (source) {
      case 'pod':
        return this.pod;
      case 'endpoint':
        return this.#endpoint;
      case 'node':
        return undefined;
      case 'external':
        return this.#surroundings.outside;
      case 'externalAllowed': {
        const [range] = target === 'loadBalancerIP' ? this.#port.loadBalancerSourceRanges : [];
        const cidr = parseCidr(range ?? '');
        return cidr === undefined ? undefined : hostIn(cidr, cidr.prefixLength === addressBits[cidr.family] ? 0n : 1n);
      }
    }
  }
}

function originOf(source: ProbeSource, ip: string | undefined): PacketOrigin {
  if (source === 'node' || ip === undefined) return { kind: 'node' };
  return { kind: source === 'pod' || source === 'endpoint' ? 'pod' : 'external', ip };
}

/** `10.96.0.10:80/tcp`, or `ping 10.96.0.10`. */
export function requestText({ request: { destination, port, protocol } }: Pick<Probe, 'request'>): string {
  return protocol === 'icmp' ? `ping ${destination}` : `${formatAddress(destination, port)}/${protocol}`;
}
