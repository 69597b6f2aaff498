import type { ModelProblem, NodeModel } from '../../model/nodeModel.ts';
import type { ServicePort, VirtualServer } from '../../model/service.ts';
import type { SetMembership } from '../ipvs/setMembership.ts';
import type { ProxyTable } from '../nftables/proxyTable.ts';
import type { ParsedSnapshot } from '../parsedSnapshot.ts';

/** What a search for problems looks at. */
export interface ProblemContext {
  readonly parsed: ParsedSnapshot;
  readonly mode: NodeModel['mode'];
  readonly services: readonly ServicePort[];
  readonly virtualServers: readonly VirtualServer[];
  readonly membership: SetMembership;
  readonly proxyTables: readonly ProxyTable[];
}

/** One search. Each is a file of this folder. */
export type ProblemSearch = (context: ProblemContext) => ModelProblem[];
