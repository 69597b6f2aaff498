import { parseIpNumber } from '../../model/ipNumber.ts';
import { ipvsSetName } from '../../model/ipvsSets.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { ServiceMode, ServiceRules } from '../../model/serviceRules.ts';
import type { NodeNetwork } from '../../trace/nodeNetwork.ts';
import { assumption } from '../assumption.ts';
import { routeTo, uplinkDevice } from '../settings/nodeAddresses.ts';

/** Tells which endpoints are on the node. */
export interface LocalEndpoints {
  /**
   * @param takesLocalTraffic whether rules for traffic that is kept to this node lead to it: in ipvs mode they lead to
   *   other nodes where there is nothing else
   */
  isLocal(ip: string, takesLocalTraffic: boolean): boolean;
  readonly assumptions: readonly TraceFact[];
}

/**
 * In ipvs and nftables mode the rules say it: connections of endpoints on this node to themselves are masqueraded.
 * Elsewhere routes do: what is sent through another device than what leaves the node, without a gateway, stays on it.
 */
export function localEndpoints(
  rules: ServiceRules,
  mode: ServiceMode | undefined,
  network: NodeNetwork,
): LocalEndpoints {
  if (mode === 'ipvs' || mode === 'nftables') {
    const ips = mode === 'ipvs' ? hairpinIpsOfSets(rules) : hairpinIpsOfTables(rules);
    return { isLocal: (ip) => ips.has(ip), assumptions: [] };
  }
  const local = new RoutedEndpoints(network);
  if (!local.isKnown) {
    const message = 'Neither rules nor routes tell all endpoints that are on this node.';
    return {
      isLocal: (_ip, takesLocalTraffic) => takesLocalTraffic,
      assumptions: [assumption('local-endpoints-unknown', message)],
    };
  }
  const message = 'Which endpoints are on this node was told by its routes.';
  return {
    isLocal: (ip, takesLocalTraffic) => takesLocalTraffic || local.isLocal(ip),
    assumptions: [assumption('local-endpoints-by-route', message)],
  };
}

/** `10.0.0.2,tcp:8080,10.0.0.2` in KUBE-LOOP-BACK */
function hairpinIpsOfSets({ families }: ServiceRules): ReadonlySet<string> {
  const entries = [...families].flatMap(([family, { ipsets }]) => [
    ...(ipsets.get(ipvsSetName('KUBE-LOOP-BACK', family))?.entries ?? []),
  ]);
  return new Set(entries.map((entry) => entry.slice(0, entry.indexOf(','))));
}

/** `10.0.0.2 . 10.0.0.2 . tcp . 8080` */
function hairpinIpsOfTables({ families }: ServiceRules): ReadonlySet<string> {
  const keys = [...families.values()].flatMap(({ nftables }) => [
    ...(nftables?.sets.get('hairpin-connections')?.elements.keys() ?? []),
  ]);
  return new Set(keys.map((key) => key.slice(0, key.indexOf(' '))));
}

/** Which addresses are on the node, by its routes. */
export class RoutedEndpoints {
  readonly #network: NodeNetwork;
  readonly #uplinks: ReadonlySet<string | undefined>;

  constructor(network: NodeNetwork) {
    this.#network = network;
    this.#uplinks = new Set([uplinkDevice(network, 'ipv4'), uplinkDevice(network, 'ipv6')]);
  }

  /** Whether routes are known at all: to where no other machine is, too. */
  get isKnown(): boolean {
    return [...this.#uplinks].some((device) => device !== undefined);
  }

  isLocal(ip: string): boolean {
    return this.deviceOf(ip) !== undefined;
  }

  /** The device that leads to an address on the node; that of the node's own addresses is the one that has it. */
  deviceOf(ip: string): string | undefined {
    if (parseIpNumber(ip) === undefined) return undefined;
    const route = routeTo(this.#network, ip);
    if (route?.type === 'local') return route.device;
    if (route?.type !== 'unicast' || route.via !== undefined || this.#uplinks.has(route.device)) return undefined;
    return route.device;
  }
}
