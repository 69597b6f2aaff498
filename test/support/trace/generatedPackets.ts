import type { IpFamily, ServiceProtocol } from '../../../agent/model/address.ts';
import type { PacketOrigin, PacketRequest } from '../../../agent/model/packetTrace.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import type { SeededRandom } from '../../peers/seededRandom.ts';
import { type GeneratedNetwork, nowhere } from './generatedNetwork.ts';

/** Where packets may be sent to. */
export interface Destination {
  readonly ip: string;
  readonly protocol: ServiceProtocol | 'icmp';
  readonly port: number;
  /** The Service's port whose clients are remembered, as a name. */
  readonly affinity?: string;
  /** Whether it remembers them for as long as a check takes. */
  readonly isLasting?: boolean;
}

/** A packet of a check: what it is, and the node's device that it comes in through, if it does. */
export interface GeneratedPacket {
  readonly id: number;
  readonly request: PacketRequest & { readonly sourcePort: number };
  /** Undefined for the node's own. */
  readonly device: string | undefined;
  readonly destination: Destination;
}

/** The kernel tells a sender only so often that there is no way (`ip_error` of net/ipv4/route.c). */
const mostNowhere = 2;

const protocols = ['tcp', 'udp', 'sctp'] as const;

/** Seconds of affinity that surely last until a client's second packet; a shorter one is as if there were none. */
const lastingAffinity = 60;

/** All addresses and ports at which Services take packets, were the rules so. */
export function serviceDestinations(objects: KubernetesObjects, nodeAddresses: readonly string[]): Destination[] {
  return objects.services.flatMap((service) => {
    const { namespace, name, affinitySeconds, clusterIPs, externalIPs, loadBalancerIPs, ports } = service;
    const ips = [...new Set([...clusterIPs, ...externalIPs, ...loadBalancerIPs])];
    return ports.flatMap(({ name: portName, protocol, port, nodePort }) => {
      const isLasting = affinitySeconds !== undefined && affinitySeconds >= lastingAffinity;
      const affinity = affinitySeconds === undefined ? {} : { affinity: `${namespace}/${name}:${portName}`, isLasting };
      const byNodePort = nodePort === undefined ? [] : nodeAddresses.map((ip) => ({ ip, port: nodePort }));
      return [...ips.map((ip) => ({ ip, port })), ...byNodePort].map((at) => ({ ...at, protocol, ...affinity }));
    });
  });
}

/** Makes packets from all kinds of senders to all kinds of destinations. */
export class PacketGenerator {
  readonly #random: SeededRandom;
  readonly #network: GeneratedNetwork;
  readonly #destinations: readonly Destination[];
  readonly #backendPorts: readonly number[];
  readonly #marks: readonly number[];
  /** How often who has sent to which Service with affinity, or nowhere. */
  readonly #counts = new Map<string, number>();
  #number = 0;

  constructor(
    network: GeneratedNetwork,
    destinations: readonly Destination[],
    backendPorts: readonly number[],
    marks: readonly number[],
    random: SeededRandom,
  ) {
    this.#network = network;
    this.#destinations = destinations;
    this.#backendPorts = backendPorts;
    this.#marks = marks;
    this.#random = random;
  }

  packets(count: number): GeneratedPacket[] {
    const packets: GeneratedPacket[] = [];
    for (let tries = 0; packets.length < count && tries < 20 * count; tries++) {
      const packet = this.#packet();
      if (packet !== undefined) packets.push(packet);
    }
    return packets;
  }

  /** The same packet once more, of another connection. */
  another({ request, device, destination }: GeneratedPacket, changes: Partial<PacketRequest> = {}): GeneratedPacket {
    return { ...this.#numbered(), device, destination, request: { ...request, ...changes, sourcePort: this.#port() } };
  }

  /** Undefined when the sender is one whom affinity remembers already. */
  #packet(): GeneratedPacket | undefined {
    const destination = this.#destination();
    const { from, device } = this.#origin(destination.ip.includes(':') ? 'ipv6' : 'ipv4');
    if (destination.affinity !== undefined) {
      if (from.kind === 'node' || this.#count(`${from.ip} ${destination.affinity}`) > 1) return undefined;
    }
    const { ip, protocol, port } = destination;
    if (nowhere.includes(ip) && this.#count(`${from.ip ?? 'node'} nowhere`) > mostNowhere) return undefined;
    const marks =
      from.kind === 'node' && this.#random.chance(25) ? { mark: this.#random.pick(0x1, ...this.#marks) } : {};
    const isInvalid = protocol === 'tcp' && this.#random.chance(4);
    return {
      ...this.#numbered(),
      device,
      destination,
      request: {
        from,
        destination: ip,
        protocol,
        ...(protocol === 'icmp' ? {} : { port }),
        sourcePort: this.#port(),
        ...marks,
        ...(isInvalid ? { connection: { state: 'invalid' } } : {}),
      },
    };
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  #numbered(): { readonly id: number } {
    this.#number += 1;
    return { id: this.#number };
  }

  /** No two packets of a check have the same. */
  #port(): number {
    return 1025 + ((this.#number * 7) % 64_000);
  }

  #destination(): Destination {
    const random = this.#random;
    const known = this.#destinations[random.below(this.#destinations.length)];
    const kind = random.below(100);
    if (known !== undefined && kind < 62) return known;
    const port = random.pick(
      known?.port ?? 80,
      ...this.#backendPorts,
      22,
      53,
      80,
      443,
      8080,
      30_000 + random.below(200),
    );
    const protocol = random.pick(...protocols, 'tcp', 'udp', 'icmp');
    const ip = this.#address(kind, known?.ip);
    return { ip, protocol, port };
  }

  #address(kind: number, known: string | undefined): string {
    const random = this.#random;
    const { pods, nodeAddresses } = this.#network;
    const family = random.pick<IpFamily>('ipv4', 'ipv4', 'ipv6');
    const isIpv6 = family === 'ipv6';
    if (kind < 70 && known !== undefined) return known;
    if (kind < 80)
      return one(
        random,
        pods.map(({ ip }) => ip).filter((ip) => ip.includes(':') === isIpv6),
      );
    if (kind < 88)
      return one(
        random,
        nodeAddresses.filter((ip) => ip.includes(':') === isIpv6),
      );
    if (kind < 91) return one(random, nowhere);
    const host = 1 + random.below(250);
    return isIpv6
      ? random.pick(`2001:db8:100::${host}`, `fd00:10:96::ff:${host}`, `fd00:10:244::ff:${host}`, `2001:db8:f::${host}`)
      : random.pick(
          `198.51.100.${host}`,
          `10.96.77.${host}`,
          `10.244.77.${host}`,
          `10.0.2.${host}`,
          `172.18.0.${host}`,
        );
  }

  #origin(family: IpFamily): { readonly from: PacketOrigin; readonly device: string | undefined } {
    const random = this.#random;
    const isIpv6 = family === 'ipv6';
    const kind = random.below(100);
    if (kind < 35) {
      const pods = this.#network.pods.filter((pod) => pod.family === family);
      const { ip, device } = pods[random.below(pods.length)] ?? { ip: '', device: '' };
      return { from: { kind: 'pod', ip }, device };
    }
    if (kind < 60) {
      const own = this.#network.nodeAddresses.filter((ip) => ip.includes(':') === isIpv6);
      const chosen = random.chance(30) ? { ip: one(random, own) } : {};
      return { from: { kind: 'node', ...chosen }, device: undefined };
    }
    const host = 1 + random.below(65_000);
    const [high, low] = [host >> 8, 1 + (host & 127)];
    const ip = isIpv6
      ? random.pick(`2001:db8:100::${host.toString(16)}`, '2001:db8:3::7', `2001:db8:f::${host.toString(16)}:1`)
      : random.pick(
          `198.51.100.${low}`,
          `172.16.${high}.${low}`,
          '203.0.113.7',
          `10.0.2.${100 + low}`,
          `8.${low}.8.${low}`,
        );
    // What comes in elsewhere than its way back leads.
    if (random.chance(6)) {
      const other = random.pick('flannel.1', 'docker0', 'cni0');
      return { from: { kind: 'external', ip, device: other }, device: other };
    }
    return { from: { kind: 'external', ip }, device: 'eth0' };
  }
}

function one(random: SeededRandom, values: readonly string[]): string {
  return values[random.below(values.length)] ?? '';
}
