import * as z from 'zod/mini';

/*
 * Messages that change a node. A change is planned, looked at, applied with a timer that takes it back, and confirmed
 * over a connection made after it; see "Applying" in ARCHITECTURE.md.
 */

const serviceMode = z.enum(['iptables', 'ipvs', 'nftables']);
const family = z.enum(['ipv4', 'ipv6']);

/** A fact with a stable kebab-case code, which the client words. */
const fact = z.object({
  code: z.string(),
  message: z.string(),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
});

const change = z.object({
  change: z.string(),
  kind: z.enum(['apply', 'switch', 'clean-up', 'undo']),
  /** RFC 3339, UTC. */
  appliedAt: z.string(),
  /** The modes before and after. */
  from: z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']),
  to: z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']),
  /** `pending`: applied, and rolled back at `deadline` unless somebody confirms. */
  state: z.enum(['pending', 'confirmed', 'rolled-back', 'roll-back-failed']),
  /** RFC 3339, UTC; of pending changes. */
  deadline: z.optional(z.string()),
  /** Seconds until `deadline` when this was said: the clocks of node and client may differ. */
  secondsLeft: z.optional(z.number()),
});
export type NodeChange = z.infer<typeof change>;

const changeState = z.object({
  /** Whether the user marked this node as a test node. */
  marked: z.boolean(),
  /** The file on the node that says so. */
  markFile: z.string(),
  /** Whether the agent could write here at all (it runs as root). */
  writable: z.boolean(),
  kubeProxyRunning: z.boolean(),
  /** The newest change, whatever became of it. */
  latest: z.optional(change),
  /** Whether the newest confirmed change can be undone. */
  undoable: z.boolean(),
  /** Connections that still use what a finished change took out of use, and so keep it in the kernel. */
  draining: z.number(),
  /** Whether the node keeps the objects of the last apply, so that a switch needs no file. */
  hasObjects: z.boolean(),
});
export type ChangeState = z.infer<typeof changeState>;

export const getChangeState = { method: 'change/state', params: z.object({}), result: changeState } as const;

/** Marks the node as a test node, or takes the mark away. Nothing is written on nodes without the mark. */
export const markTestNode = {
  method: 'change/mark',
  params: z.object({ marked: z.boolean() }),
  result: changeState,
} as const;

/** What kube-proxy would be told by its configuration; what is absent is found on the node or is kube-proxy's default. */
const proxyOptionsInput = z.object({
  nodeName: z.optional(z.string()),
  nodeIps: z.optional(z.array(z.string())),
  zone: z.optional(z.string()),
  clusterCidrs: z.optional(z.array(z.string())),
  nodePortAddresses: z.optional(z.array(z.string())),
  masqueradeAll: z.optional(z.boolean()),
  scheduler: z.optional(z.string()),
});
export type ProxyOptionsInput = z.infer<typeof proxyOptionsInput>;

const target = z.discriminatedUnion('kind', [
  /** The rules of these Services; `objects` is text in any form that `kubectl get -o` writes. */
  z.object({ kind: z.literal('apply'), objects: z.string(), mode: z.optional(serviceMode) }),
  /** The same Services in another mode: those of `objects`, or those applied last. */
  z.object({ kind: z.literal('switch'), mode: serviceMode, objects: z.optional(z.string()) }),
  /** Nothing but what the node's mode uses. */
  z.object({ kind: z.literal('clean-up') }),
  /** What stood before the newest confirmed change. */
  z.object({ kind: z.literal('undo') }),
]);
export type PlanTarget = z.infer<typeof target>;

/** Makes a plan; changes nothing. Progress reports carry the part that is being read. */
export const makePlan = {
  method: 'change/plan',
  params: z.object({ target, options: proxyOptionsInput, progressToken: z.optional(z.string()) }),
  result: z.object({
    plan: z.string(),
    from: change.shape.from,
    to: change.shape.to,
    /** Rules, entries and servers that come and go. Both 0: the node is as wanted. */
    added: z.number(),
    removed: z.number(),
    /** The Services that change, at most 1,000 of them. */
    services: z.array(z.object({ service: z.string(), added: z.number(), removed: z.number() })),
    servicesLeftOut: z.number(),
    /** Why it cannot be applied; empty when it can. `kube-proxy-running` gives way to `takeOver`. */
    refusals: z.array(fact),
    /** What else the user should know: connections that will drain, objects that were left out, ... */
    notes: z.array(fact),
    /** What the node lacks; `settable` ones are set by applying when the user consents. */
    prerequisites: z.array(
      z.object({
        id: z.string(),
        met: z.boolean(),
        settable: z.boolean(),
        /** Whether the rules cannot do their work without it, so that applying refuses. */
        required: z.optional(z.boolean()),
        fact,
      }),
    ),
  }),
} as const;
export type PlanSummary = z.infer<typeof makePlan.result>;

/** The plan as text: a unified diff by Service and by rule. */
export const readPlan = {
  method: 'change/readPlan',
  params: z.object({ plan: z.string(), service: z.optional(z.string()) }),
  result: z.object({ text: z.string(), linesLeftOut: z.number() }),
} as const;

/**
 * Snapshots, arms the timer, applies. When the node is no longer as it was planned for, it refuses
 * (`plan-outdated`) and changes nothing. Progress reports carry the step.
 */
export const applyPlan = {
  method: 'change/apply',
  params: z.object({
    plan: z.string(),
    /** Seconds from the end of applying. */
    confirmWithin: z.number().check(z.gte(1), z.lte(3600)),
    /** Ids of the prerequisites that the user lets it set. */
    consent: z.array(z.string()),
    takeOver: z.boolean(),
    progressToken: z.optional(z.string()),
  }),
  result: z.object({ change, steps: z.number(), durationMs: z.number() }),
} as const;

/** Says that the change is good: the timer is disarmed. To be sent over a connection made after the change. */
export const confirmChange = {
  method: 'change/confirm',
  params: z.object({ change: z.string() }),
  result: changeState,
} as const;

/** Puts back what stood before the change and reads the node again to prove it. */
export const rollBackChange = {
  method: 'change/rollBack',
  params: z.object({ change: z.string(), progressToken: z.optional(z.string()) }),
  result: z.object({
    change,
    /** Rules, entries and servers that differ from the snapshot after rolling back; 0 proves it. */
    differences: z.number(),
  }),
} as const;

/** What stands on the node and belongs to no mode, or to another one than the node's. */
export const findLeftovers = {
  method: 'change/leftovers',
  params: z.object({ progressToken: z.optional(z.string()) }),
  result: z.object({
    mode: change.shape.from,
    leftovers: z.array(
      z.object({ part: z.string(), family, backend: z.optional(z.string()), place: z.string(), count: z.number() }),
    ),
  }),
} as const;
