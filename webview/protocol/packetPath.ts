import * as z from 'zod/mini';
import { packetPathTexts } from './packetPathTexts.ts';
import {
  comparisonSchema,
  costsSchema,
  migrationSchema,
  missesSchema,
  pathSchema,
  traceViewSchema,
  whyNotSchema,
} from './traceView.ts';

/* What the extension and the packet path view say to each other. Both sides check what they get against these schemas. */

/** What the form holds; numbers as they were typed. */
export const packetFormSchema = z.object({
  from: z.enum(['pod', 'node', 'external']),
  address: z.string(),
  /** The device that a packet from outside comes in through; the one that its way back leads through when empty. */
  device: z.string(),
  destination: z.string(),
  protocol: z.enum(['tcp', 'udp', 'sctp', 'icmp']),
  port: z.string(),
  sourcePort: z.string(),
  mark: z.string(),
  state: z.enum(['new', 'established', 'related', 'invalid', 'untracked']),
  translatedTo: z.string(),
  remembered: z.string(),
  /** Through which rules: those that stand there, or those of a mode. */
  rules: z.enum(['live', 'iptables', 'ipvs', 'nftables']),
});
export type PacketForm = z.infer<typeof packetFormSchema>;
export type FormField = keyof PacketForm;

/** What the page shows. */
export const tabSchema = z.enum(['path', 'compare', 'migration']);
export type Tab = z.infer<typeof tabSchema>;

/** What a request is for: its answer replaces one part of the page. */
const concern = z.enum(['path', 'steps', 'misses', 'whyNot', 'compare', 'costs', 'migration', 'search']);
export type Concern = z.infer<typeof concern>;

const sourceChoice = z.object({
  from: z.enum(['pod', 'node', 'external']),
  address: z.string(),
  /** The device, or what it is. */
  detail: z.string(),
});
export type SourceChoice = z.infer<typeof sourceChoice>;

const destinationChoice = z.object({
  label: z.string(),
  detail: z.string(),
  destination: z.string(),
  port: z.string(),
  protocol: packetFormSchema.shape.protocol,
  endpoints: z.array(z.string()),
});
export type DestinationChoice = z.infer<typeof destinationChoice>;

const serviceMode = z.enum(['iptables', 'ipvs', 'nftables']);
export type ServiceMode = z.infer<typeof serviceMode>;

/** From the extension to the view. */
export const toPacketPath = z.discriminatedUnion('type', [
  /** The page is to be (re)made. */
  z.object({
    type: z.literal('page'),
    /** The root that it is about; kept by the page, so that its panel can be made anew. */
    root: z.string(),
    title: z.string(),
    texts: packetPathTexts,
    form: packetFormSchema,
    sources: z.array(sourceChoice),
    /** The mode that the node is in; absent in another one than these three. */
    mode: z.optional(serviceMode),
    tab: tabSchema,
  }),
  /** There is nothing to ask; says why, and what can be done. */
  z.object({
    type: z.literal('nothing'),
    root: z.string(),
    text: z.string(),
    /** Whether it is only a matter of time. */
    isBusy: z.optional(z.boolean()),
    action: z.optional(z.object({ command: z.enum(['connect', 'refresh']), label: z.string() })),
  }),
  z.object({ type: z.literal('show'), tab: tabSchema }),
  z.object({ type: z.literal('form'), form: packetFormSchema }),
  z.object({
    type: z.literal('destinations'),
    query: z.string(),
    choices: z.array(destinationChoice),
    /** How many there are in all, as a sentence. */
    status: z.string(),
  }),
  z.object({ type: z.literal('busy'), concern, text: z.string() }),
  z.object({ type: z.literal('failed'), concern, text: z.string() }),
  z.object({
    type: z.literal('formProblems'),
    problems: z.array(z.object({ field: z.string(), text: z.string() })),
  }),
  z.object({ type: z.literal('trace'), view: traceViewSchema, outcome: z.number() }),
  z.object({ type: z.literal('path'), path: pathSchema }),
  z.object({ type: z.literal('misses'), misses: missesSchema }),
  z.object({ type: z.literal('whyNot'), answer: whyNotSchema }),
  z.object({ type: z.literal('comparison'), comparison: comparisonSchema }),
  z.object({ type: z.literal('costs'), costs: costsSchema }),
  z.object({ type: z.literal('migration'), migration: migrationSchema }),
  /** How far the migration check is, 0 to 1. */
  z.object({ type: z.literal('migrationProgress'), text: z.string(), done: z.number() }),
]);
export type ToPacketPath = z.infer<typeof toPacketPath>;

const numberField = z.number().check(z.int(), z.minimum(0));

/** From the view to the extension. */
export const fromPacketPath = z.discriminatedUnion('type', [
  /** The view listens now; with what it remembers. */
  z.object({ type: z.literal('ready'), form: z.optional(packetFormSchema), tab: z.optional(tabSchema) }),
  z.object({ type: z.literal('trace'), form: packetFormSchema }),
  z.object({ type: z.literal('search'), query: z.string() }),
  z.object({ type: z.literal('steps'), outcome: numberField }),
  z.object({ type: z.literal('misses'), outcome: numberField, step: numberField, offset: numberField }),
  z.object({ type: z.literal('whyNot'), expected: z.string() }),
  z.object({ type: z.literal('compare'), form: packetFormSchema, modes: z.array(serviceMode) }),
  z.object({ type: z.literal('costs') }),
  z.object({ type: z.literal('migrate'), to: serviceMode }),
  z.object({ type: z.literal('cancelMigration') }),
  z.object({ type: z.literal('openMigrationRow'), row: numberField }),
  z.object({ type: z.literal('exportMigration'), format: z.enum(['markdown', 'json']) }),
  z.object({ type: z.literal('open'), part: z.string(), line: numberField }),
  z.object({ type: z.literal('tab'), tab: tabSchema }),
  /** `data` is SVG as text, or PNG in base64. */
  z.object({ type: z.literal('save'), format: z.enum(['svg', 'png']), data: z.string() }),
  z.object({ type: z.literal('run'), command: z.enum(['connect', 'refresh']) }),
]);
export type FromPacketPath = z.infer<typeof fromPacketPath>;
