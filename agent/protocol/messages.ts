import * as z from 'zod/mini';
import { locationSchema, treeElementSchema } from './treeElement.ts';

/*
 * Every message is one constant: its method, the schema of what it carries and the schema of its result. Both sides
 * check what they get against the schema before they use it. Positions count from 0.
 *
 * Long requests are cancelled with `$/cancelRequest` and report through `$/progress` when the client passes a token.
 */

const noParams = z.object({});

export const initialize = {
  method: 'initialize',
  params: z.object({ protocolVersion: z.number(), client: z.string() }),
  result: z.object({
    protocolVersion: z.number(),
    agentVersion: z.string(),
    /** The agent's process id on its node, for diagnosis. */
    pid: z.number(),
    nodeName: z.string(),
    /** What this agent can do on this node. `apply` is there only where it may write. */
    capabilities: z.array(z.enum(['read', 'files', 'apply'])),
  }),
} as const;

const snapshotSummary = z.object({
  snapshot: z.string(),
  takenAt: z.string(),
  nodeName: z.string(),
  origin: z.enum(['live', 'files']),
  mode: z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']),
  backends: z.object({ iptables: z.array(z.enum(['legacy', 'nf_tables'])), nftables: z.boolean(), ipvs: z.boolean() }),
  services: z.number(),
  problems: z.object({ error: z.number(), warning: z.number(), information: z.number() }),
  kubeProxy: z.optional(
    z.object({ running: z.boolean(), version: z.optional(z.string()), mode: z.optional(z.string()) }),
  ),
  /** Milliseconds for reading the node and for understanding what was read. */
  timing: z.object({ collectMs: z.number(), interpretMs: z.number() }),
});

/** What the client keeps of a snapshot; the rest stays with the agent, which holds the newest four. */
export type SnapshotSummary = z.infer<typeof snapshotSummary>;

/** Objects that give names to ipvs virtual servers, as text in any of the forms that `kubectl get -o` writes. */
const objectsText = z.optional(z.string());

/** Reads the node. Progress reports carry the part that is being read. */
export const takeSnapshot = {
  method: 'snapshot/take',
  params: z.object({ objects: objectsText, progressToken: z.optional(z.string()) }),
  result: snapshotSummary,
} as const;

/** Loads saved dumps: paths on the agent's own machine. */
export const openDumps = {
  method: 'snapshot/open',
  params: z.object({ paths: z.array(z.string()), objects: objectsText, progressToken: z.optional(z.string()) }),
  result: snapshotSummary,
} as const;

export const releaseSnapshot = {
  method: 'snapshot/release',
  params: z.object({ snapshot: z.string() }),
  result: z.object({}),
} as const;

const filter = z.object({
  /** Words that must all occur in an element's names, addresses or ports, or in those of what it stands under. */
  text: z.string(),
});

/** Elements in one answer at most. */
const maxPageSize = 1_000;

/** A page of an element's children; of the root without `parent`. */
export const treeChildren = {
  method: 'tree/children',
  params: z.object({
    snapshot: z.string(),
    parent: z.optional(z.string()),
    offset: z.int().check(z.gte(0)),
    limit: z.int().check(z.gte(1), z.lte(maxPageSize)),
    filter: z.optional(filter),
    sort: z.optional(z.enum(['name', 'endpoints', 'traffic'])),
  }),
  result: z.object({ total: z.number(), elements: z.array(treeElementSchema) }),
} as const;

/** The elements from the root down to the one that a line of a part belongs to; empty when it belongs to none. */
export const treeReveal = {
  method: 'tree/reveal',
  params: z.object({ snapshot: z.string(), part: z.string(), line: z.int().check(z.gte(0)) }),
  result: z.object({ path: z.array(treeElementSchema) }),
} as const;

/**
 * The text to show for an element: a chain, all rules of a Service, a set, or a whole part where it is small.
 * `target` is the line to put the cursor on. `lines[i]` is the line in the part that line `i` came from, -1 for a
 * heading that was added as a comment.
 */
export const readDocument = {
  method: 'document/read',
  params: z.object({ snapshot: z.string(), element: z.string() }),
  result: z.object({
    language: z.enum(['iptables', 'ipset', 'ipvsadm', 'nft', 'json', 'plaintext']),
    title: z.string(),
    text: z.string(),
    target: z.optional(locationSchema),
    targetLine: z.number(),
    lines: z.array(z.object({ part: z.string(), line: z.number() })),
    /** Lines at its end that were left out because it would be too long; a comment says so too, where there are any. */
    linesLeftOut: z.number(),
  }),
} as const;

/** Ends the agent after its answer. Closing its input does the same. */
export const shutdown = { method: 'shutdown', params: noParams, result: noParams } as const;

/** Client to agent: still here. */
export const heartbeat = { method: 'heartbeat', params: noParams } as const;

/** What a progress report carries: the part that is being read, and how far it is. */
export const progressSchema = z.object({ part: z.string(), done: z.number(), total: z.number() });

/** One request: its method and the schemas of both directions. */
export interface RequestDefinition<Params extends z.ZodMiniType, Result extends z.ZodMiniType> {
  readonly method: string;
  readonly params: Params;
  readonly result: Result;
}
