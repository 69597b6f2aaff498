import * as z from 'zod/mini';
import type { PacketTrace, TraceStep } from '../model/packetTrace.ts';

/** Adds a description, which goes into the JSON Schema. */
const described = <T extends z.ZodMiniType>(schema: T, text: string): T => schema.check(z.describe(text));

const text = (description: string) => described(z.string(), description);
const count = (description: string) => described(z.number(), description);

const fact = z.object({
  code: text('Stable, kebab-case.'),
  message: text('An English sentence.'),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
});

const stage = z.enum(['ingress', 'prerouting', 'routing', 'input', 'ipvs', 'forward', 'output', 'postrouting', 'end']);

const effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['continue', 'accept', 'drop', 'return', 'deliver']) }),
  z.object({ kind: z.literal('reject'), with: text('As iptables words it: icmp-port-unreachable, tcp-reset.') }),
  z.object({ kind: z.enum(['jump', 'goto']), chain: z.string() }),
  z.object({
    kind: z.enum(['dnat', 'snat', 'masquerade', 'remembered']),
    to: text('ADDRESS:PORT; remembered is what connection tracking knows of the connection.'),
  }),
  z.object({ kind: z.literal('set'), field: z.string(), to: z.string() }),
  z.object({
    kind: z.literal('lookup'),
    set: z.string(),
    found: z.optional(text('The element; absent when the set has none that fits.')),
  }),
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
    decidedBy: z.optional(described(z.array(z.string()), 'What a deterministic scheduler, or persistence, looks at.')),
  }),
  z.object({ kind: z.literal('leave'), device: z.string() }),
  z.object({ kind: z.literal('unknown'), reason: fact }),
]);

const step = z.object({
  hook: described(stage, 'Hook of netfilter, or what stands between hooks.'),
  kind: described(
    z.enum(['rule', 'policy', 'routing', 'virtualServer', 'connection', 'start', 'end']),
    'rule: a rule that matched; policy: the end of a chain; the others happen outside of chains.',
  ),
  table: z.optional(text('nat, or inet firewalld of nftables.')),
  chain: z.optional(z.string()),
  position: z.optional(count('Number of the rule in its chain, from 0.')),
  rule: z.optional(text('The rule as it stands in the dump.')),
  part: z.optional(text('The file, or the part of a live node, in which it stands.')),
  line: z.optional(count('Line there, from 1.')),
  depth: count('How deep in chains that lead to each other, from 0.'),
  tried: count('Rules of the chain before this one that did not match.'),
  effect,
  effects: z.optional(described(z.array(effect), 'What the rule did beside that.')),
  reason: z.optional(fact),
  changes: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
  packet: text('The packet after the step.'),
  probability: z.optional(count('The part of packets that goes this way, 0 to 1, where the step has several ways.')),
  counters: z.optional(z.object({ packets: z.number(), bytes: z.number() })),
});

const outcome = z.object({
  probability: count('0 to 1; those of all outcomes are 1 together.'),
  share: text('The same as people write it: 1/3.'),
  verdict: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['accept', 'drop']) }),
    z.object({ kind: z.literal('reject'), with: z.string() }),
    z.object({ kind: z.literal('unknown'), reason: fact }),
  ]),
  destination: text('ADDRESS:PORT after all translations.'),
  source: text('ADDRESS:PORT after all translations; 0.0.0.0 or :: where the address is not known.'),
  masqueraded: z.boolean(),
  mark: z.number(),
  delivered: z.optional(
    described(
      z.discriminatedUnion('to', [
        z.object({ to: z.literal('node') }),
        z.object({ to: z.literal('device'), device: z.string() }),
      ]),
      'Where an accepted packet is then.',
    ),
  ),
  hooks: described(z.array(stage), 'The hooks that it went through.'),
  steps: z.array(step),
});

/** What `trace --json` prints. */
export const traceOutputSchema = z.object({
  packet: text('The packet at its start.'),
  family: z.enum(['ipv4', 'ipv6']),
  outcomes: described(z.array(outcome), 'Every way that it can go, the likeliest first.'),
  assumptions: described(z.array(fact), 'What was taken for granted because the snapshot does not say.'),
});

/** A trace with lines counted as people do. */
export function traceOutput({ packet, family, outcomes, assumptions }: PacketTrace): object {
  return {
    packet,
    family,
    outcomes: outcomes.map((each) => ({ ...each, steps: each.steps.map(stepOutput) })),
    assumptions,
  };
}

function stepOutput({ location, ...step }: TraceStep): object {
  return location === undefined ? step : { ...step, part: location.part, line: location.line + 1 };
}
