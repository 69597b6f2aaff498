import type { IpFamily } from '../../model/address.ts';
import type { TracedAddress } from '../packet.ts';
import type { Prefix } from './prefix.ts';

export type KernelRouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  /** The next routing rule is asked. */
  | 'throw';

/** How far away destinations are (RT_SCOPE_* of linux/rtnetlink.h): the greater, the nearer. */
export const scopes = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** One way of a route. */
export interface NextHop {
  readonly device: string | undefined;
  readonly via: TracedAddress | undefined;
  readonly weight: number;
  /** Its device is down. */
  readonly isDead: boolean;
  /** Its device has no carrier; such a way is taken unless `ignore_routes_with_linkdown` is set. */
  readonly isLinkDown: boolean;
}

/** An entry of a routing table. */
export interface KernelRoute {
  readonly family: IpFamily;
  /** `local`, `main`, `default`, another name, or a number. */
  readonly table: string;
  readonly type: KernelRouteType;
  readonly destination: Prefix;
  /** IPv6 routes can be for certain sources only. */
  readonly source: Prefix | undefined;
  readonly metric: number;
  readonly scope: number;
  /** IPv4 routes can be for one type of service only. */
  readonly typeOfService: number;
  readonly preferredSource: TracedAddress | undefined;
  /** IPv6's router preference: -1 low, 0 medium, 1 high. */
  readonly preference: number;
  /** Empty for routes that lead nowhere. */
  readonly hops: readonly NextHop[];
}

const tableNumbers: Readonly<Record<string, string>> = { '253': 'default', '254': 'main', '255': 'local' };

/** A table's name as routes and rules are compared by. */
export function tableName(table: string | number | undefined): string {
  if (table === undefined) return 'main';
  return tableNumbers[String(table)] ?? String(table);
}
