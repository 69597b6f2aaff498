import type { IpvsRealServer, IpvsVirtualServer } from '../../ruleset/ipvs/document.ts';

/** What a scheduler can choose. */
export interface Shares {
  /** For each real server its part of new connections, in no unit; 0 takes none. */
  readonly weights: readonly number[];
  /** The part, in the same unit, of new connections that find no real server. */
  readonly refused: number;
  /** What the choice depends on beside chance. */
  readonly decidedBy: readonly string[];
}

const source = 'source address';
const sourcePort = 'source port';
const destination = 'destination address';
const connections = 'open connections';
/** Of equals, the kernel takes that which comes first in its list. */
const order = 'order of real servers';

/**
 * The shares that a virtual server's scheduler (net/netfilter/ipvs/ip_vs_*.c) gives to its real servers, for any client at
 * any time. Where a hash of the client decides, the order of real servers in the kernel would be needed to compute it;
 * ipvsadm sorts them. Where counts of connections decide, the servers are taken to be equally busy for their weights.
 */
export function sharesOf(virtualServer: IpvsVirtualServer): Shares {
  const { scheduler, realServers, schedulerFlags } = virtualServer;
  const has = (...flags: string[]): boolean => flags.some((flag) => schedulerFlags.includes(flag));
  switch (scheduler) {
    case 'rr':
      return { ...among(realServers, equally), decidedBy: [] };
    case 'wrr':
      return { ...among(realServers, byWeight), decidedBy: [] };
    // Of two that are drawn by weight, the less busy one.
    case 'twos':
      return { ...among(realServers, byWeight), decidedBy: [connections] };
    case 'lc':
      return { ...among(realServers, equally), decidedBy: [connections] };
    case 'wlc':
    case 'sed':
    case 'nq':
      return { ...among(realServers, byWeight), decidedBy: [connections] };
    // One server per destination; which one, its connections decided when it was first asked.
    case 'lblc':
    case 'lblcr':
      return { ...among(realServers, byWeight), decidedBy: [destination, connections] };
    case 'fo':
      return { ...among(realServers, heaviest), decidedBy: [order] };
    case 'ovf':
      return { ...among(realServers, heaviest), decidedBy: [order, connections] };
    case 'dh':
      return hashed(realServers, () => 1, false, [destination]);
    case 'sh':
      return hashed(realServers, slots, has('sh-fallback', 'flag-1'), [
        source,
        ...(has('sh-port', 'flag-2') ? [sourcePort] : []),
      ]);
    case 'mh':
      return hashed(realServers, slots, has('mh-fallback', 'flag-1'), [
        source,
        ...(has('mh-port', 'flag-2') ? [sourcePort] : []),
      ]);
    default:
      return { ...among(realServers, byWeight), decidedBy: [`scheduler ${scheduler}`] };
  }
}

type Weigh = (server: IpvsRealServer, all: readonly IpvsRealServer[]) => number;

const equally: Weigh = ({ weight }) => (weight > 0 ? 1 : 0);
const byWeight: Weigh = ({ weight }) => weight;
const heaviest: Weigh = ({ weight }, all) =>
  Number(weight > 0 && weight === Math.max(...all.map((each) => each.weight)));
/** A server without weight has a place in the table all the same; in that of ip_vs_mh.c by the weight that it had. */
const slots: Weigh = ({ weight }) => Math.max(weight, 1);

function among(servers: readonly IpvsRealServer[], weigh: Weigh): Omit<Shares, 'decidedBy'> {
  return { weights: servers.map((server) => weigh(server, servers)), refused: 0 };
}

/** Clients whose place in the table belongs to a server without weight are refused, unless the scheduler falls back. */
function hashed(
  servers: readonly IpvsRealServer[],
  weigh: Weigh,
  fallsBack: boolean,
  decidedBy: readonly string[],
): Shares {
  const weights = servers.map((server) => (server.weight > 0 ? weigh(server, servers) : 0));
  const dead = servers.filter(({ weight }) => weight === 0);
  const refused = fallsBack ? 0 : dead.reduce((sum, server) => sum + weigh(server, servers), 0);
  return { weights, refused, decidedBy };
}
