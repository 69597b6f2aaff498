import type { NftablesChain, NftablesSet, NftablesTable } from '../../model/serviceRules.ts';

/** A set or map of a table under construction. */
export interface SetBuild extends NftablesSet {
  readonly elements: Map<string, string>;
  readonly elementComments: Map<string, string>;
}

/** The sets and maps that every table has and Services add to. */
export interface CommonSets {
  readonly hairpinConnections: SetBuild;
  readonly clusterIps: SetBuild;
  readonly noEndpointServices: SetBuild;
  readonly noEndpointNodePorts: SetBuild;
  readonly firewallIps: SetBuild;
  readonly serviceIps: SetBuild;
  readonly serviceNodePorts: SetBuild;
}

/** A table under construction. */
export interface TableBuild extends NftablesTable {
  readonly chains: Map<string, NftablesChain>;
  readonly sets: Map<string, NftablesSet>;
}

/** A chain that is only jumped to. */
export function plainChain(...rules: readonly string[]): NftablesChain {
  return { hook: undefined, comment: undefined, rules };
}
