import type { IpFamily } from '../model/address.ts';
import type { TraceFact } from '../model/packetTrace.ts';
import type { TracedAddress } from './packet.ts';

/** What a rule can ask of an address (`addrtype`, nftables' `fib type`): RTN_* of linux/rtnetlink.h. */
export type AddressType =
  | 'unspec'
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit';

/** Where the kernel would send a packet. */
export interface Route {
  readonly type: Exclude<AddressType, 'unspec' | 'anycast'> | 'none';
  /** The device that it leaves through, or that has the address. Undefined where the snapshot does not tell. */
  readonly device: string | undefined;
  readonly via: TracedAddress | undefined;
  /** The source address that the kernel chooses. */
  readonly preferredSource: TracedAddress | undefined;
  /** What was assumed for want of routes in the snapshot. */
  readonly assumed: TraceFact | undefined;
  /** Set, with type `none`, where the decision hangs on a routing rule that is not modelled. */
  readonly unknown?: TraceFact;
}

/** What a packet is routed by. */
export interface RouteQuestion {
  readonly family: IpFamily;
  readonly destination: TracedAddress;
  readonly source: TracedAddress | undefined;
  readonly mark: number;
  /** Undefined for packets of the node's own processes. */
  readonly inDevice: string | undefined;
  /** Only routes through this device count. */
  readonly outDevice?: string;
  /** What routing rules can ask of the packet beside; a rule that does makes the answer unknown where they are not given. */
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** Addresses, routes and settings of a node. An answer that the snapshot does not hold is undefined. */
export interface NodeNetwork {
  route(question: RouteQuestion): Route;
  /** @param device only addresses of this device count as local (`--limit-iface-in`, `fib ... . iif type`) */
  addressType(family: IpFamily, address: TracedAddress, device?: string): AddressType | undefined;
  /** The addresses of a device, the first one first. */
  deviceAddresses(family: IpFamily, device: string): readonly TracedAddress[];
  /**
   * The source that masquerading takes for packets through a device (`inet_select_addr` of net/ipv4/devinet.c,
   * `ipv6_dev_get_saddr` of net/ipv6/addrconf.c). Undefined when there is none, or when the snapshot does not tell.
   * @param nextHop the gateway; the destination where there is none, and always of IPv6
   */
  sourceAddress(family: IpFamily, device: string, nextHop: TracedAddress): TracedAddress | undefined;
  /** Whether a device is a bridge with ports, or another device that others belong to; undefined when it is not known. */
  hasPorts?(device: string): boolean | undefined;
  /** All local addresses with their devices; undefined when the snapshot has none. */
  readonly localAddresses: ReadonlyMap<string, string> | undefined;
  /** A kernel setting, by its name with dots: `net.ipv4.ip_forward`. */
  setting(name: string): string | undefined;
  /** What the snapshot lacks: `addresses`, `routes`, ... with how to get it. */
  readonly missing: readonly TraceFact[];
}
