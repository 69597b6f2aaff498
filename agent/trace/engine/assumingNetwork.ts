import type { TraceFact } from '../../model/packetTrace.ts';
import type { NodeNetwork, Route } from '../nodeNetwork.ts';
import { assumptions } from './facts.ts';

/**
 * A node's network that tells what it takes for granted: what is not known to lead nowhere leads out of the node, and
 * where no addresses are known, none is the node's own.
 */
export function assumingNetwork(network: NodeNetwork, assume: (fact: TraceFact | undefined) => void): NodeNetwork {
  return {
    localAddresses: network.localAddresses,
    missing: network.missing,
    deviceAddresses: (family, device) => network.deviceAddresses(family, device),
    sourceAddress: (family, device, nextHop) => network.sourceAddress(family, device, nextHop),
    setting: (name) => network.setting(name),
    hasPorts: (device) => network.hasPorts?.(device),
    route(question): Route {
      const route = network.route(question);
      assume(route.assumed);
      const isGuess = route.type === 'none' && route.assumed !== undefined && route.unknown === undefined;
      return isGuess ? { ...route, type: 'unicast' } : route;
    },
    addressType(family, address, device) {
      const type = network.addressType(family, address, device);
      if (type !== undefined || network.localAddresses !== undefined) return type;
      assume(assumptions.notLocal(address.text));
      return 'unicast';
    },
  };
}
