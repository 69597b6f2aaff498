import type { ServiceProtocol } from '../../model/address.ts';
import type { ChainIndex, RuleIndex } from '../../ruleset/iptables/document.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ServicePortName } from '../serviceName.ts';

/** The chain of kube-proxy's in which a rule stands that dispatches packets to a Service. */
export type DispatchChain =
  | 'KUBE-SERVICES'
  | 'KUBE-NODEPORTS'
  | 'KUBE-EXTERNAL-SERVICES'
  | 'KUBE-PORTALS-CONTAINER'
  | 'KUBE-PORTALS-HOST'
  | 'KUBE-NODEPORT-CONTAINER'
  | 'KUBE-NODEPORT-HOST';

/** A rule that dispatches packets to a Service, or refuses them. */
export interface DispatchRule {
  readonly ruleset: IptablesRuleset;
  readonly table: 'nat' | 'filter';
  readonly from: DispatchChain;
  readonly rule: RuleIndex;
  /** The Service's chain that it jumps to; -1 when it refuses the packet or hands it on in another way. */
  readonly target: ChainIndex;
  /** For rules of node ports: the only local addresses on which they are open; empty when that is all of them. */
  readonly openOn: readonly string[];
}

/** What was found of one port of one Service, in all families and backends. */
export interface PortDraft {
  readonly name: ServicePortName;
  readonly protocol: ServiceProtocol;
  readonly dispatches: DispatchRule[];
}
