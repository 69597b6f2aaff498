import * as z from 'zod/mini';
import { locationSchema } from './treeElement.ts';

/*
 * Messages about the way of a packet through a node. The agent follows packets through the rules of a snapshot, or
 * through those that another mode would have for the same Services.
 */

const serviceMode = z.enum(['iptables', 'ipvs', 'nftables']);
const protocol = z.enum(['tcp', 'udp', 'sctp', 'icmp']);

const fact = z.object({
  code: z.string(),
  message: z.string(),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type TraceFactMessage = z.infer<typeof fact>;

const origin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pod'), ip: z.string() }),
  z.object({ kind: z.literal('node'), ip: z.optional(z.string()) }),
  z.object({ kind: z.literal('external'), ip: z.string(), device: z.optional(z.string()) }),
]);

const port = z.optional(z.number().check(z.int(), z.minimum(0), z.maximum(65_535)));

const packetRequest = z.object({
  from: origin,
  destination: z.string(),
  protocol,
  port,
  sourcePort: port,
  mark: z.optional(z.number()),
  connection: z.optional(
    z.object({
      state: z.enum(['new', 'established', 'related', 'invalid', 'untracked']),
      translatedTo: z.optional(z.string()),
    }),
  ),
  remembered: z.optional(z.string()),
});
export type PacketRequestMessage = z.infer<typeof packetRequest>;

const stage = z.enum(['ingress', 'prerouting', 'routing', 'input', 'ipvs', 'forward', 'output', 'postrouting', 'end']);

const effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['continue', 'accept', 'drop', 'return', 'deliver']) }),
  z.object({ kind: z.literal('reject'), with: z.string() }),
  z.object({ kind: z.enum(['jump', 'goto']), chain: z.string() }),
  z.object({ kind: z.enum(['dnat', 'snat', 'masquerade', 'remembered']), to: z.string() }),
  z.object({ kind: z.literal('set'), field: z.string(), to: z.string() }),
  z.object({ kind: z.literal('lookup'), set: z.string(), found: z.optional(z.string()) }),
  z.object({
    kind: z.literal('route'),
    to: z.enum(['local', 'forward', 'unreachable', 'blackhole', 'prohibit']),
    device: z.optional(z.string()),
    via: z.optional(z.string()),
  }),
  z.object({
    kind: z.literal('schedule'),
    virtualServer: z.string(),
    realServer: z.string(),
    scheduler: z.string(),
    decidedBy: z.optional(z.array(z.string())),
  }),
  z.object({ kind: z.literal('leave'), device: z.string() }),
  z.object({ kind: z.literal('unknown'), reason: fact }),
]);

const step = z.object({
  hook: stage,
  kind: z.enum(['rule', 'policy', 'routing', 'virtualServer', 'connection', 'start', 'end']),
  table: z.optional(z.string()),
  chain: z.optional(z.string()),
  position: z.optional(z.number()),
  rule: z.optional(z.string()),
  location: z.optional(locationSchema),
  depth: z.number(),
  tried: z.number(),
  effect,
  effects: z.optional(z.array(effect)),
  reason: z.optional(fact),
  changes: z.array(
    z.object({
      field: z.enum(['source', 'destination', 'sourcePort', 'destinationPort', 'mark', 'connectionMark', 'state']),
      before: z.string(),
      after: z.string(),
    }),
  ),
  packet: z.string(),
  probability: z.optional(z.number()),
  counters: z.optional(z.object({ packets: z.number(), bytes: z.number() })),
});

const verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['accept', 'drop']) }),
  z.object({ kind: z.literal('reject'), with: z.string() }),
  z.object({ kind: z.literal('unknown'), reason: fact }),
]);

const outcome = z.object({
  probability: z.number(),
  share: z.string(),
  verdict,
  destination: z.string(),
  source: z.string(),
  masqueraded: z.boolean(),
  mark: z.number(),
  delivered: z.optional(
    z.discriminatedUnion('to', [
      z.object({ to: z.literal('node') }),
      z.object({ to: z.literal('device'), device: z.string() }),
    ]),
  ),
  hooks: z.array(stage),
  steps: z.array(step),
});

const packetTrace = z.object({
  family: z.enum(['ipv4', 'ipv6']),
  packet: z.string(),
  outcomes: z.array(outcome),
  assumptions: z.array(fact),
});
export type PacketTraceMessage = z.infer<typeof packetTrace>;

/**
 * Which rules: those that stand there when `mode` is absent or the node's own, else those that the mode would have for
 * the same Services. `objects` are these Services; without them they are read off the rules that stand there.
 */
const rules = { snapshot: z.string(), mode: z.optional(serviceMode), objects: z.optional(z.string()) };

/** Numbers of the outcomes whose steps are wanted, since a Service can have a thousand endpoints; all when absent. */
const stepsOf = z.optional(z.array(z.number()));

/** Every way that a packet can go. */
export const tracePacket = {
  method: 'trace/packet',
  params: z.object({ ...rules, request: packetRequest, stepsOf }),
  result: z.object({ mode: z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']), trace: packetTrace }),
} as const;

/** The rules that were tried before a step, which did not match, and why not. A page of them. */
export const traceMisses = {
  method: 'trace/misses',
  params: z.object({
    ...rules,
    request: packetRequest,
    outcome: z.number(),
    step: z.number(),
    offset: z.number(),
    limit: z.number(),
  }),
  result: z.object({
    total: z.number(),
    misses: z.array(
      z.object({ position: z.number(), rule: z.string(), condition: z.string(), location: z.optional(locationSchema) }),
    ),
  }),
} as const;

/**
 * Where the packet parts from what was expected: an endpoint (`ADDRESS:PORT`) or a verdict. `parted` is absent when an
 * outcome is as expected, or when no rule of the node leads there at all.
 */
export const traceWhyNot = {
  method: 'trace/whyNot',
  params: z.object({ ...rules, request: packetRequest, expected: z.string() }),
  result: z.object({
    /** Number of an outcome that is as expected. */
    outcome: z.optional(z.number()),
    parted: z.optional(
      z.object({
        /** Outcome and step after which it went another way. */
        outcome: z.number(),
        step: z.number(),
        /** The rule that would have led on, and the part of it that did not match. */
        rule: z.string(),
        condition: z.optional(z.string()),
        location: z.optional(locationSchema),
      }),
    ),
    /** What to tell where there is no such rule. */
    reason: z.optional(fact),
  }),
} as const;

const source = z.object({
  from: origin,
  /** Name of the pod's device, or of the node's. */
  device: z.optional(z.string()),
});

const destination = z.object({
  namespace: z.string(),
  name: z.string(),
  portName: z.string(),
  kind: z.enum(['clusterIP', 'nodePort', 'externalIP', 'loadBalancerIP']),
  ip: z.string(),
  port: z.number(),
  protocol,
  /** `ADDRESS:PORT` of its endpoints, for the choice of what affinity remembers. */
  endpoints: z.array(z.string()),
});
export type TraceSource = z.infer<typeof source>;
export type TraceDestination = z.infer<typeof destination>;

/** What a form can offer: where packets may start, and the frontends that match a filter, `limit` at most. */
export const traceChoices = {
  method: 'trace/choices',
  params: z.object({ snapshot: z.string(), filter: z.string(), limit: z.number() }),
  result: z.object({ sources: z.array(source), destinations: z.array(destination), total: z.number() }),
} as const;

const modeTrace = z.object({
  mode: serviceMode,
  /** Whether these rules stand on the node; else they were compiled. */
  isLive: z.boolean(),
  trace: packetTrace,
});

const difference = z.object({
  /** Kebab-case: `verdict`, `destination`, `share`, `source`, `mark`, `hooks`. */
  code: z.string(),
  /** What it is in each of the compared modes, in the order of these; numbers and names, not words. */
  values: z.array(z.string()),
});

/** The same packet in several modes. */
export const compareTraces = {
  method: 'trace/compare',
  params: z.object({
    snapshot: z.string(),
    objects: z.optional(z.string()),
    request: packetRequest,
    modes: z.array(serviceMode),
    stepsOf,
  }),
  result: z.object({
    traces: z.array(modeTrace),
    differences: z.array(difference),
    /** What the compiled rules rest on: objects read off the rules, options that were assumed. */
    assumptions: z.array(fact),
  }),
} as const;

const ruleGrowth = z.object({
  chains: z.number(),
  rules: z.number(),
  entries: z.number(),
  virtualServers: z.number(),
  realServers: z.number(),
});

/** What each mode needs for these Services, and for one more Service and endpoint. */
export const modeCosts = {
  method: 'trace/costs',
  params: z.object({ snapshot: z.string(), objects: z.optional(z.string()) }),
  result: z.object({
    services: z.number(),
    endpoints: z.number(),
    modes: z.array(
      z.object({
        mode: serviceMode,
        chains: z.number(),
        rules: z.number(),
        /** Sets and maps, and what they hold. */
        sets: z.number(),
        entries: z.number(),
        virtualServers: z.number(),
        realServers: z.number(),
        /** Rules that the kernel asks on the way of a new packet to a cluster IP: of the worst Service, and on average. */
        askedRules: z.object({ most: z.number(), average: z.number() }),
        /** What one more Service without endpoints adds, and one more endpoint. */
        perService: ruleGrowth,
        perEndpoint: ruleGrowth,
      }),
    ),
  }),
} as const;

const migrationSide = z.object({
  /** See `SideVerdict` in `agent/compare/migrationCodes.ts`. */
  verdict: z.string(),
  /** `ADDRESS:PORT` and the share of each endpoint, sorted. */
  destinations: z.array(z.object({ address: z.string(), share: z.string() })),
  sources: z.array(z.string()),
});

const migrationRow = z.object({
  /** What changes: one of `migrationCodes` in `agent/compare/migrationCodes.ts`. */
  code: z.string(),
  service: z.string(),
  request: packetRequest,
  before: migrationSide,
  after: migrationSide,
});
export type MigrationRow = z.infer<typeof migrationRow>;

/** All frontends from all kinds of sources, in the node's mode and in another one: what would change. */
export const checkMigration = {
  method: 'trace/migration',
  params: z.object({
    snapshot: z.string(),
    objects: z.optional(z.string()),
    to: serviceMode,
    progressToken: z.optional(z.string()),
  }),
  result: z.object({
    from: serviceMode,
    to: serviceMode,
    packets: z.number(),
    unknown: z.number(),
    /** In the order of the codes; of each code the first ones, and in `counts` how many there are. */
    rows: z.array(migrationRow),
    counts: z.record(z.string(), z.number()),
    assumptions: z.array(fact),
    /** The same as a document for people. */
    markdown: z.string(),
  }),
} as const;
