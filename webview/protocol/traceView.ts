import * as z from 'zod/mini';

/*
 * What the packet path view draws. All texts arrive worded in the user's language; names, addresses and rules as they
 * stand on the node.
 */

/** Places of the picture. The routing decision of what comes in, of what the node sends, and after a translation. */
export const placeSchema = z.enum([
  'source',
  'prerouting',
  'routing',
  'input',
  'ipvs',
  'process',
  'forward',
  'outputRouting',
  'output',
  'rerouting',
  'postrouting',
  'destination',
]);
export type Place = z.infer<typeof placeSchema>;

const tone = z.enum(['good', 'warning', 'error']);
export type Tone = z.infer<typeof tone>;

/** A line of a part of the snapshot, counted from 0. */
const place = z.object({ part: z.string(), line: z.number() });
export type RulePlace = z.infer<typeof place>;

const change = z.object({ label: z.string(), before: z.string(), after: z.string() });

const pathStep = z.object({
  /** Its number among all steps of the outcome. */
  number: z.number(),
  depth: z.number(),
  /** `nat KUBE-SERVICES, rule 3`, or what happens there outside of chains. */
  where: z.string(),
  /** What it does with the packet. */
  effect: z.string(),
  /** As it stands in the dump. */
  rule: z.optional(z.string()),
  /** The rule in words, for a hover. */
  words: z.string(),
  /** Everything about it in one sentence, for screen readers. */
  spoken: z.string(),
  /** The packet after the step. */
  packet: z.string(),
  changes: z.array(change),
  counters: z.optional(z.string()),
  /** Part of the packets that goes this way. */
  share: z.optional(z.string()),
  /** How many rules were tried before it and did not match, as a sentence; absent when there are none. */
  tried: z.optional(z.string()),
  tone: z.optional(tone),
  rulePlace: z.optional(place),
});
export type PathStep = z.infer<typeof pathStep>;

/** The steps that follow each other at one place. */
const visit = z.object({
  place: placeSchema,
  title: z.string(),
  /** Which tables were met, and how many rules matched. */
  detail: z.string(),
  /** The same for the picture, in a few characters; may be empty. */
  brief: z.string(),
  spoken: z.string(),
  tone: z.optional(tone),
  steps: z.array(pathStep),
});
export type Visit = z.infer<typeof visit>;

const outcomeLine = z.object({
  number: z.number(),
  /** Where it ends: an address, or what happened to it. */
  label: z.string(),
  share: z.string(),
  /** Source, translation and mark at the end. */
  detail: z.string(),
  spoken: z.string(),
  tone: tone,
  /** The way through the picture. */
  places: z.array(placeSchema),
});
export type OutcomeLine = z.infer<typeof outcomeLine>;

/** One way from its start to its end. */
export const pathSchema = z.object({ outcome: z.number(), visits: z.array(visit) });
export type Path = z.infer<typeof pathSchema>;

/** All ways of a packet. */
export const traceViewSchema = z.object({
  /** The packet at its start. */
  packet: z.string(),
  /** Through which rules: the node's own, or those of a mode. */
  rules: z.string(),
  /** What becomes of the packet, as a sentence. */
  summary: z.string(),
  /** Where it starts: a kind of source, and its address, which may be empty. */
  source: z.object({ kind: z.string(), address: z.string() }),
  outcomes: z.array(outcomeLine),
  /** What was taken for granted, and what is missing and how to get it. */
  notes: z.array(z.string()),
  /** Endpoints and verdicts that could have been expected. */
  expectations: z.array(z.object({ value: z.string(), label: z.string() })),
});
export type TraceView = z.infer<typeof traceViewSchema>;

const missLine = z.object({
  position: z.string(),
  rule: z.string(),
  /** The part of it that did not match. */
  condition: z.string(),
  rulePlace: z.optional(place),
});

/** A page of the rules that were tried before a step. */
export const missesSchema = z.object({
  outcome: z.number(),
  step: z.number(),
  offset: z.number(),
  lines: z.array(missLine),
  /** Asks for the next page; absent when this is the last. */
  more: z.optional(z.string()),
});
export type Misses = z.infer<typeof missesSchema>;

/** Why the packet did not go where it was expected. */
export const whyNotSchema = z.object({
  expected: z.string(),
  sentence: z.string(),
  tone,
  rule: z.optional(z.string()),
  rulePlace: z.optional(place),
  /** Outcome and step to look at. */
  outcome: z.optional(z.number()),
  step: z.optional(z.number()),
});
export type WhyNot = z.infer<typeof whyNotSchema>;

const modeColumn = z.object({
  title: z.string(),
  subtitle: z.string(),
  outcomes: z.array(outcomeLine),
  /** How many outcomes are not in `outcomes`, as a sentence. */
  more: z.optional(z.string()),
  path: z.optional(pathSchema),
});

const tableRow = z.object({ label: z.string(), values: z.array(z.string()), differs: z.boolean() });

/** The same packet in several modes. */
export const comparisonSchema = z.object({
  packet: z.string(),
  summary: z.string(),
  columns: z.array(modeColumn),
  differences: z.array(tableRow),
  notes: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** A table with a sentence. */
export const costsSchema = z.object({
  caption: z.string(),
  modes: z.array(z.string()),
  rows: z.array(tableRow),
});
export type Costs = z.infer<typeof costsSchema>;

const migrationLine = z.object({
  /** Its number among all rows. */
  number: z.number(),
  service: z.string(),
  packet: z.string(),
  before: z.string(),
  after: z.string(),
});

/** What another mode would change. */
export const migrationSchema = z.object({
  title: z.string(),
  summary: z.string(),
  tone,
  before: z.string(),
  after: z.string(),
  groups: z.array(
    z.object({
      title: z.string(),
      explanation: z.string(),
      /** What to do about it, as a sentence; may be empty. */
      advice: z.string(),
      count: z.string(),
      lines: z.array(migrationLine),
      more: z.optional(z.string()),
    }),
  ),
  notes: z.array(z.string()),
});
export type Migration = z.infer<typeof migrationSchema>;
