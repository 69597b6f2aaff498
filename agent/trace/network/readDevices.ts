import * as z from 'zod/mini';
import { familyOfAddress, type IpFamily } from '../../model/address.ts';
import type { SnapshotPart } from '../../model/snapshot.ts';
import type { TracedAddress } from '../packet.ts';
import { tracedAddress } from '../tracedAddress.ts';
import { jsonItems } from './jsonItems.ts';
import { scopes } from './kernelRoute.ts';

/** An address of a device. */
export interface DeviceAddress {
  readonly family: IpFamily;
  readonly local: TracedAddress;
  /** The other end of a point-to-point link; the local address where there is none. */
  readonly peer: TracedAddress;
  readonly prefixLength: number;
  readonly scope: number;
  /** Of IPv4: another address of the same network is the primary one. */
  readonly isSecondary: boolean;
  /** Of IPv6: duplicate address detection has not ended, or has failed. */
  readonly isTentative: boolean;
  readonly isDeprecated: boolean;
  readonly isTemporary: boolean;
  /** The kernel made no route for its network. */
  readonly hasNoPrefixRoute: boolean;
  readonly broadcast: TracedAddress | undefined;
}

/** A network device, with its addresses as the kernel lists them. */
export interface Device {
  readonly name: string;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  readonly isLoopback: boolean;
  /** It is a VRF, whose members have routing tables of their own. */
  readonly isVrf: boolean;
  /** The bridge, bond or VRF that it belongs to. */
  readonly master: string | undefined;
  /** Whether it would be known if it belonged to one: `ip -o addr` does not say. */
  readonly knowsMaster: boolean;
  readonly addresses: readonly DeviceAddress[];
}

const flag = z._default(z.boolean(), false);
const rawAddress = z.object({
  local: z.optional(z.string()),
  address: z.optional(z.string()),
  prefixlen: z._default(z.number(), -1),
  scope: z._default(z.union([z.string(), z.number()]), 'global'),
  broadcast: z.optional(z.string()),
  secondary: flag,
  temporary: flag,
  tentative: flag,
  dadfailed: flag,
  deprecated: flag,
  noprefixroute: flag,
});
const rawDevice = z.object({
  ifname: z.string(),
  flags: z._default(z.array(z.string()), []),
  master: z.optional(z.string()),
  addr_info: z._default(z.array(rawAddress), []),
});
type RawAddress = z.infer<typeof rawAddress>;
interface RawDevice extends z.infer<typeof rawDevice> {
  readonly addr_info: RawAddress[];
}

export interface ReadDevices {
  readonly devices: readonly Device[];
  readonly notUnderstood: number;
}

/** Reads `ip -j addr`, `ip addr` or `ip -o addr`. */
export function readDevices(part: SnapshotPart): ReadDevices {
  const { values, notUnderstood } = jsonItems(part.text, rawDevice) ?? {
    values: readText(part.text),
    notUnderstood: 0,
  };
  return { devices: values.map(deviceOf), notUnderstood };
}

function deviceOf({ ifname, flags, master, addr_info }: RawDevice): Device {
  const isLoopback = flags.includes('LOOPBACK') || ifname === 'lo';
  return {
    name: ifname,
    // `ip -o addr` prints no flags; it is asked for devices that are used.
    isUp: flags.length === 0 || flags.includes('UP'),
    hasCarrier: !flags.includes('NO-CARRIER'),
    isLoopback,
    isVrf: flags.includes('MASTER') && flags.includes('NOARP'),
    master,
    knowsMaster: flags.length > 0,
    addresses: addr_info.map(addressOfDevice).filter((address) => address !== undefined),
  };
}

const scopeNumbers: Readonly<Record<string, number>> = scopes;

function addressOfDevice(raw: RawAddress): DeviceAddress | undefined {
  const local = tracedAddress(raw.local);
  if (local === undefined) return undefined;
  const family = familyOfAddress(local.text);
  return {
    family,
    local,
    peer: tracedAddress(raw.address) ?? local,
    prefixLength: raw.prefixlen === -1 ? (family === 'ipv4' ? 32 : 128) : raw.prefixlen,
    scope: scopeNumbers[raw.scope] ?? Number(raw.scope),
    isSecondary: family === 'ipv4' && raw.secondary,
    isTentative: raw.tentative || raw.dadfailed,
    isDeprecated: raw.deprecated,
    isTemporary: raw.temporary || (family === 'ipv6' && raw.secondary),
    hasNoPrefixRoute: raw.noprefixroute,
    broadcast: tracedAddress(raw.broadcast),
  };
}

const deviceLine = /^\d+: ([^\s:@]+)(?:@[^\s:]+)?:? +(?:<([^>]*)>)?(.*)$/;

function readText(text: string): RawDevice[] {
  const devices = new Map<string, RawDevice>();
  let current: RawDevice | undefined;
  for (const line of text.split('\n')) {
    const [, name, flags, rest = ''] = deviceLine.exec(line) ?? [];
    if (name !== undefined) {
      current = devices.get(name) ?? {
        ifname: name,
        flags: flags?.split(',') ?? [],
        master: / master (\S+)/.exec(rest)?.[1],
        addr_info: [],
      };
      devices.set(name, current);
    }
    const address = readAddressWords(name === undefined ? line : rest);
    if (address) current?.addr_info.push(address);
  }
  return [...devices.values()];
}

/** `inet 10.9.0.1 peer 10.9.0.2/32 brd 10.9.0.255 scope global secondary eth0` */
function readAddressWords(line: string): RawAddress | undefined {
  const words = line.trim().split(/\s+/);
  const at = words.findIndex((word) => word === 'inet' || word === 'inet6');
  if (at === -1) return undefined;
  const behind = (key: string): string | undefined => words[words.indexOf(key, at) + 1];
  const [local, ownLength] = (words[at + 1] ?? '').split('/');
  const [peer, peerLength] = words.includes('peer', at) ? (behind('peer') ?? '').split('/') : [];
  const length = peerLength ?? ownLength;
  return {
    local,
    address: peer,
    prefixlen: length === undefined ? -1 : Number(length),
    scope: words.includes('scope', at) ? (behind('scope') ?? 'global') : 'global',
    broadcast: words.includes('brd', at) ? behind('brd') : undefined,
    secondary: words.includes('secondary', at),
    temporary: words.includes('temporary', at),
    tentative: words.includes('tentative', at),
    dadfailed: words.includes('dadfailed', at),
    deprecated: words.includes('deprecated', at),
    noprefixroute: words.includes('noprefixroute', at),
  };
}
