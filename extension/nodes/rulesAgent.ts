import type { SnapshotSummary } from '../../agent/protocol/messages.ts';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { ChangeClient } from '../agentClient/changeClient.ts';
import type { TraceClient } from '../agentClient/traceClient.ts';

/** How the tree's elements can be ordered. */
export type SortOrder = 'name' | 'endpoints' | 'traffic';

/** A page of an element's children. */
export interface TreePage {
  /** How many children there are in all. */
  readonly total: number;
  readonly elements: readonly TreeElement[];
}

/** Which page of whose children is wanted. */
export interface TreePageRequest {
  readonly snapshot: string;
  /** The root's children without it. */
  readonly parent?: string;
  readonly offset: number;
  readonly limit: number;
  readonly filter?: { readonly text: string };
  readonly sort?: SortOrder;
}

/** The text to show for an element, and where each of its lines came from; see `document/read` in the protocol. */
export interface RuleText {
  readonly language: 'iptables' | 'ipset' | 'ipvsadm' | 'nft' | 'json' | 'plaintext';
  readonly title: string;
  readonly text: string;
  readonly targetLine: number;
  readonly lines: readonly { readonly part: string; readonly line: number }[];
}

/** How far reading a node is. */
export interface ReadProgress {
  readonly part: string;
  readonly done: number;
  readonly total: number;
}

/** What watches a long request. */
export interface ReadWatch {
  readonly signal: AbortSignal;
  report(progress: ReadProgress): void;
}

/** What changes an agent's node. */
export type ChangeAgent = Pick<ChangeClient, keyof ChangeClient>;

/** What tells the way of packets through an agent's node. */
export type TraceAgent = Pick<TraceClient, keyof TraceClient>;

/** What the user interface needs of a running agent, wherever it runs. */
export interface RulesAgent {
  /** Reads the node, or the dumps that were opened, anew. `objects` gives names to ipvs virtual servers. */
  read(objects: string | undefined, watch: ReadWatch): Promise<SnapshotSummary>;
  release(snapshot: string): Promise<void>;
  children(request: TreePageRequest): Promise<TreePage>;
  /** The elements from the root's child down to the one that a line belongs to; empty when it belongs to none. */
  reveal(snapshot: string, part: string, line: number): Promise<readonly TreeElement[]>;
  document(snapshot: string, element: string): Promise<RuleText>;
  readonly traces: TraceAgent;
  /** Absent for dumps, and where the agent may not write. */
  readonly changes?: ChangeAgent;
}
