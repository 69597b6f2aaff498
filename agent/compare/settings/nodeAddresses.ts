import type { KernelFacts } from '../../compile/proxyOptions.ts';
import { familyOfAddress, type IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { addressBits, parseIpNumber } from '../../model/ipNumber.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { serviceDeviceName } from '../../plan/ipvs/readServiceDevice.ts';
import type { NodeNetwork } from '../../trace/nodeNetwork.ts';
import { fieldOf, jsonList } from '../parts/jsonValue.ts';

type Addresses = KernelFacts['addresses'];

/** The node's addresses in a snapshot, in whichever form of `ip addr`, without those of Services. */
export function nodeAddresses({ parts }: Snapshot): Addresses {
  const texts = parts
    .filter(({ kind, status }) => kind === 'addresses' && status !== 'missing')
    .map(({ text }) => text);
  return texts.flatMap(addressesIn).filter(({ interfaceName }) => interfaceName !== serviceDeviceName);
}

function addressesIn(text: string): Addresses {
  const links = jsonList(text);
  return links === undefined ? fromLines(text) : links.flatMap(ofLink);
}

function ofLink(link: unknown): Addresses {
  const name = fieldOf(link, 'ifname');
  const list = fieldOf(link, 'addr_info');
  if (typeof name !== 'string' || !Array.isArray(list)) return [];
  return list.flatMap((each: unknown) => {
    const [local, bits] = [fieldOf(each, 'local'), fieldOf(each, 'prefixlen')];
    const ip = typeof local === 'string' ? canonicalIp(local) : undefined;
    return ip === undefined || typeof bits !== 'number' ? [] : [{ ip, prefixLength: bits, interfaceName: name }];
  });
}

function fromLines(text: string): Addresses {
  const found: Addresses[number][] = [];
  let interfaceName = '';
  for (const line of text.split('\n')) {
    interfaceName = /^\d+: ([^\s:@]+)/.exec(line)?.[1] ?? interfaceName;
    const [, address = '', bits] = /\sinet6? ([\da-fA-F.:]+)(?:\/(\d+))?\s/.exec(`${line} `) ?? [];
    const ip = canonicalIp(address);
    if (ip === undefined) continue;
    found.push({ ip, prefixLength: Number(bits ?? addressBits[familyOfAddress(ip)]), interfaceName });
  }
  return found;
}

/** The same snapshot for a node of which these addresses are known and no others. */
export function withAddresses(snapshot: Snapshot, nodeIps: readonly string[]): Snapshot {
  const known = nodeIps.filter((ip) => ip !== '0.0.0.0' && ip !== '::');
  if (known.length === 0) return snapshot;
  const lines = ['1: lo    inet 127.0.0.1/8 scope host lo', '1: lo    inet6 ::1/128 scope host'];
  for (const ip of known)
    lines.push(`2: eth0    ${ip.includes(':') ? 'inet6' : 'inet'} ${withBits(ip)} scope global eth0`);
  const text = `${lines.join('\n')}\n`;
  const part = {
    id: 'given-addresses',
    kind: 'addresses',
    source: [],
    status: 'complete',
    durationMs: 0,
    text,
  } as const;
  return { ...snapshot, parts: [...snapshot.parts, part] };
}

function withBits(ip: string): string {
  return `${ip}/${addressBits[familyOfAddress(ip)]}`;
}

/** Any address beyond the node; none of the documentation's networks is in use. */
export const farAway: Readonly<Record<IpFamily, string>> = { ipv4: '198.51.100.7', ipv6: '2001:db8:6464::7' };

/** The device through which the node sends to other networks, as far as routes tell. */
export function uplinkDevice(network: NodeNetwork, family: IpFamily): string | undefined {
  return routeTo(network, farAway[family])?.device;
}

/** Where the node itself would send a packet to an address. */
export function routeTo(network: NodeNetwork, ip: string): ReturnType<NodeNetwork['route']> | undefined {
  const parsed = parseIpNumber(ip);
  if (parsed === undefined) return undefined;
  const { family, value } = parsed;
  return network.route({
    family,
    destination: { text: ip, value },
    source: undefined,
    mark: 0,
    inDevice: undefined,
  });
}

/** Devices that have addresses of the node that no other machine knows it by. */
const inner = /^(?:lo|docker|br-|cni|cbr|flannel|cali|vxlan|tunl|weave|virbr|veth|nodelocaldns|dummy|kube-)/;

/** The address that the node's packets to others carry; undefined when the snapshot does not tell. */
export function nodeIp(network: NodeNetwork, addresses: Addresses, family: IpFamily): string | undefined {
  const route = routeTo(network, farAway[family]);
  const source = route?.type === 'unicast' ? route.preferredSource?.text : undefined;
  return source ?? addresses.find(({ ip, interfaceName }) => isGlobal(ip, family) && !inner.test(interfaceName))?.ip;
}

/** Neither loopback nor for one link only. */
export function isGlobal(ip: string, family: IpFamily): boolean {
  if (family === 'ipv4') return !ip.includes(':') && !ip.startsWith('127.') && !ip.startsWith('169.254.');
  return ip.includes(':') && ip !== '::1' && !/^fe[89ab]/.test(ip);
}
