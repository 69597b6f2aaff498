/**
 * What can change when a node goes from one mode to another: `code` of the rows of `trace/migration`, in the order in
 * which a person should look at them.
 *
 * - `becomes-unreachable`: packets that reached endpoints are refused, or go where none answers
 * - `becomes-reachable`: the other way round
 * - `localhost-node-port`: a node port on a loopback address of the node, asked by the node itself
 * - `node-port-address`: a node port on another of the node's addresses than its own one
 * - `health-check-node-port`: packets to a health check's port are let in, or not
 * - `load-balancer-sources`: who may use a load balancer's address
 * - `source-address`: the endpoint sees another address as that of its client
 * - `endpoints`: other endpoints can be chosen
 * - `shares`: the same endpoints, with other parts of the connections
 * - `affinity`: whether a client that is remembered comes to the same endpoint
 * - `reject-or-drop`: clients that are refused hear of it at once in one mode, and wait in vain in the other
 * - `cluster-ip-ping`: what becomes of a ping to a cluster IP
 * - `cluster-ip-closed-port`: what becomes of a connection to a port of a cluster IP that its Service does not have
 * - `unknown`: what becomes of the packet is known in one of the modes only, or in none
 */
export const migrationCodes = [
  'becomes-unreachable',
  'becomes-reachable',
  'localhost-node-port',
  'node-port-address',
  'health-check-node-port',
  'load-balancer-sources',
  'source-address',
  'endpoints',
  'shares',
  'affinity',
  'reject-or-drop',
  'cluster-ip-ping',
  'cluster-ip-closed-port',
  'unknown',
] as const;

export type MigrationCode = (typeof migrationCodes)[number];

/**
 * `verdict` of the sides of a row. Where the ways of a packet end differently, several stand there with ` + ` between.
 *
 * - `endpoint`: translated to an endpoint (`destinations`) that it can reach
 * - `node`: given to the node's own processes, at the address that it was sent to
 * - `elsewhere`: sent on to the address that it was sent to, outside of the node
 * - `drop`: vanishes
 * - `reject WITH`: refused with that answer, as iptables words it: `reject icmp-port-unreachable`
 * - `unknown`: not known
 */
export type SideVerdict = 'endpoint' | 'node' | 'elsewhere' | 'drop' | 'unknown' | `reject ${string}`;

/** What two traces of one packet can differ in: `code` of the differences of `trace/compare`. */
export const differenceCodes = ['verdict', 'destination', 'share', 'source', 'mark', 'hooks'] as const;

/**
 * What compiled rules can rest on: codes of the facts among `assumptions` of `trace/compare`, `trace/costs` and
 * `trace/migration`, with their args.
 *
 * - `objects-from-rules` (`services`): no objects were given; Services and endpoints were read off the rules
 * - `objects-differ-from-rules` (`count`, `mode`): the rules that stand are not those of the objects; so many differ
 * - `objects-with-problems` (`count`): objects that were given could not be understood
 * - `nameless-services` (`count`): rules of ipvs mode carry no names; Services were put together by their endpoints
 * - `frontends-left-out` (`count`): no cluster IP could be found that belongs to them
 * - `endpoints-assumed-ready`: endpoints that are not in the rules are not known
 * - `local-endpoints-by-route`, `local-endpoints-unknown`: how it was told which endpoints are on this node
 * - `node-name-assumed` (`name`): which endpoints are on this node was told by this name
 * - `node-address-unknown` (`family`): the node's own address is not in the snapshot
 * - `node-addresses-unknown`: neither are the others, on which node ports are open
 * - `pods-not-told-apart`: no rule says which addresses are pods'
 * - `node-port-addresses-default`: which addresses take node ports was taken to be the other mode's default
 * - `scheduler-default` (`scheduler`): ipvs would schedule by it
 * - `settings-stay` (`setting`, `value`): the mode that is left set it, and it stays until the node starts again
 */
export const assumptionCodes = [
  'objects-from-rules',
  'objects-differ-from-rules',
  'objects-with-problems',
  'nameless-services',
  'frontends-left-out',
  'endpoints-assumed-ready',
  'local-endpoints-by-route',
  'local-endpoints-unknown',
  'node-name-assumed',
  'node-address-unknown',
  'node-addresses-unknown',
  'pods-not-told-apart',
  'node-port-addresses-default',
  'scheduler-default',
  'settings-stay',
] as const;

export type AssumptionCode = (typeof assumptionCodes)[number];
