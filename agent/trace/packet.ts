import type { IpFamily } from '../model/address.ts';

/** An IP address in the two forms that rules are compared in. */
export interface TracedAddress {
  /** Canonical. */
  readonly text: string;
  readonly value: bigint;
}

/** The addresses and ports of one direction of a connection. Ports are undefined for protocols that have none. */
export interface AddressPair {
  readonly source: TracedAddress;
  readonly destination: TracedAddress;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** What connection tracking knows of the packet's connection. */
export interface TracedConnection {
  readonly state: 'new' | 'established' | 'related' | 'invalid' | 'untracked';
  /** As the connection's first packet was before any translation (`ctorigdst` and its like). */
  readonly original: AddressPair;
  /** Whether the destination, and the source, of the connection are translated (`--ctstate DNAT`, `SNAT`). */
  readonly isDestinationTranslated: boolean;
  readonly isSourceTranslated: boolean;
  /** The connection's mark (`ct mark`). */
  readonly mark: number;
}

/** A packet at one point of its way. Never changed: a step makes another one. */
export interface TracedPacket extends AddressPair {
  readonly family: IpFamily;
  /** IANA's number: 6 is TCP. */
  readonly protocol: number;
  /** Of ICMP and ICMPv6: echo request unless said otherwise. */
  readonly icmp: { readonly type: number; readonly code: number } | undefined;
  /** Of TCP: the flags that are set, such as `SYN`. */
  readonly tcpFlags: readonly string[];
  readonly mark: number;
  /** Undefined until it is known or for packets of the node's own processes. */
  readonly inDevice: string | undefined;
  /** Undefined before routing. */
  readonly outDevice: string | undefined;
  readonly connection: TracedConnection;
  /** Set once ipvs has handled it (`skb->ipvs_property`). */
  readonly isFromIpvs: boolean;
}
