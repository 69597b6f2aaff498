import * as z from 'zod/mini';

const family = z.enum(['ipv4', 'ipv6']);
const serviceProtocol = z.enum(['tcp', 'udp', 'sctp']);
const severity = z.enum(['error', 'warning', 'information']);
const args = z.record(z.string(), z.union([z.string(), z.number()]));

/** Where an element's rules stand; see the model's `SourceLocation`. */
export const locationSchema = z.object({
  part: z.string(),
  line: z.number(),
  column: z.number(),
  length: z.number(),
});

const counters = z.object({ packets: z.number(), bytes: z.number() });

const base = {
  /** Opaque; the same for the same thing in every snapshot of a node, so that a refresh keeps what is expanded. */
  id: z.string(),
  /** Number of direct children; 0 for leaves. With a filter: of those that match or hold a match. */
  childCount: z.number(),
  location: z.optional(locationSchema),
  counters: z.optional(counters),
  /** The worst problem at or below this element, where there is one. */
  severity: z.optional(severity),
};

/**
 * An element of the tree. The agent says what it is and its facts; the client words it. Names of Services, chains,
 * sets and addresses stand in fields of their own and are shown as they are.
 */
export const treeElementSchema = z.discriminatedUnion('kind', [
  /** Headings; each lists what its name says. `count` is how many of the things there are in all. */
  z.object({ ...base, kind: z.literal('services'), count: z.number() }),
  z.object({ ...base, kind: z.literal('baseChains'), count: z.number() }),
  z.object({ ...base, kind: z.literal('virtualServers'), count: z.number() }),
  z.object({ ...base, kind: z.literal('sets'), count: z.number() }),
  z.object({ ...base, kind: z.literal('foreign'), count: z.number() }),
  z.object({ ...base, kind: z.literal('problems'), count: z.number() }),
  z.object({ ...base, kind: z.literal('parts'), count: z.number() }),

  z.object({ ...base, kind: z.literal('namespace'), name: z.string(), services: z.number() }),
  z.object({
    ...base,
    kind: z.literal('service'),
    namespace: z.string(),
    name: z.string(),
    ports: z.number(),
    clusterIPs: z.array(z.string()),
    endpoints: z.number(),
  }),
  z.object({
    ...base,
    kind: z.literal('servicePort'),
    namespace: z.string(),
    service: z.string(),
    name: z.string(),
    protocol: serviceProtocol,
    port: z.number(),
    endpoints: z.number(),
    affinitySeconds: z.optional(z.number()),
  }),
  z.object({
    ...base,
    kind: z.literal('frontend'),
    frontend: z.enum(['clusterIP', 'nodePort', 'externalIP', 'loadBalancerIP']),
    /** Set when the rules do not tell an external IP from a load balancer's: `frontend` is then the likelier. */
    kindAssumed: z.optional(z.literal(true)),
    family,
    ip: z.optional(z.string()),
    port: z.number(),
    protocol: serviceProtocol,
    verdict: z.enum(['endpoints', 'reject', 'drop']),
    localOnly: z.boolean(),
    sourceRanges: z.optional(z.array(z.string())),
  }),
  /** A chain: of a Service (`role` set), a base chain (`hook` set), or any other. */
  z.object({
    ...base,
    kind: z.literal('chain'),
    backend: z.enum(['legacy', 'nf_tables', 'nftables']),
    family: z.string(),
    table: z.string(),
    name: z.string(),
    role: z.optional(z.enum(['cluster', 'local', 'external', 'firewall', 'endpoint'])),
    owner: z.string(),
    hook: z.optional(z.string()),
    priority: z.optional(z.number()),
    policy: z.optional(z.string()),
    rules: z.number(),
  }),
  /** One rule of a chain, as it stands in the dump. */
  z.object({ ...base, kind: z.literal('rule'), text: z.string(), target: z.optional(z.string()) }),
  z.object({
    ...base,
    kind: z.literal('virtualServer'),
    protocol: z.enum(['tcp', 'udp', 'sctp', 'fwmark']),
    ip: z.optional(z.string()),
    port: z.optional(z.number()),
    mark: z.optional(z.number()),
    scheduler: z.string(),
    persistenceSeconds: z.optional(z.number()),
    sets: z.array(z.string()),
    onKubeIpvs0: z.optional(z.boolean()),
    /** `NAMESPACE/NAME:PORT` of the Service it belongs to, when that is known. */
    service: z.optional(z.string()),
    realServers: z.number(),
  }),
  z.object({
    ...base,
    kind: z.literal('endpoint'),
    ip: z.string(),
    port: z.number(),
    family,
    share: z.number(),
    localShare: z.optional(z.number()),
    weight: z.optional(z.number()),
    local: z.optional(z.boolean()),
    chain: z.optional(z.string()),
  }),
  z.object({
    ...base,
    kind: z.literal('mapElement'),
    family: z.string(),
    table: z.string(),
    map: z.string(),
    key: z.string(),
    verdict: z.string(),
  }),
  /** The chains of one netfilter hook. */
  z.object({ ...base, kind: z.literal('hook'), hook: z.string(), chains: z.number() }),
  z.object({
    ...base,
    kind: z.literal('set'),
    set: z.enum(['ipset', 'set', 'map']),
    family: z.optional(z.string()),
    table: z.optional(z.string()),
    name: z.string(),
    type: z.string(),
    entries: z.number(),
    owner: z.string(),
  }),
  z.object({ ...base, kind: z.literal('setEntry'), text: z.string() }),
  z.object({
    ...base,
    kind: z.literal('owner'),
    owner: z.string(),
    chains: z.number(),
    sets: z.number(),
    rules: z.number(),
  }),
  z.object({
    ...base,
    kind: z.literal('problem'),
    problemSeverity: severity,
    code: z.string(),
    message: z.string(),
    args,
  }),
  z.object({
    ...base,
    kind: z.literal('part'),
    name: z.string(),
    status: z.enum(['complete', 'partial', 'missing', 'failed']),
    source: z.array(z.string()),
    durationMs: z.number(),
    characters: z.number(),
    reason: z.optional(z.object({ code: z.string(), message: z.string(), args })),
  }),
]);

/** One element of the tree that the agent serves; discriminated by `kind`. */
export type TreeElement = z.infer<typeof treeElementSchema>;

/** An element of one kind. */
export type TreeElementOf<Kind extends TreeElement['kind']> = Extract<TreeElement, { kind: Kind }>;
