import * as z from 'zod/mini';

/*
 * What the extension and the Service path view say to each other. Both sides check what they get against these
 * schemas. All texts arrive worded in the user's language.
 */

const pathNode = z.object({
  /** Unique in its graph. */
  id: z.string(),
  kind: z.enum(['frontend', 'map', 'chain', 'virtualServer', 'endpoint', 'verdict']),
  label: z.string(),
  /** Shown below the label; may be empty. */
  detail: z.string(),
  /** Everything about it as one sentence, for screen readers. */
  spoken: z.string(),
  /** The element whose rules it stands for; absent where there are none. */
  element: z.optional(z.string()),
  /** Set where something is wrong with it, or where packets end. */
  tone: z.optional(z.enum(['error', 'warning', 'good'])),
});

const pathEdge = z.object({
  from: z.string(),
  to: z.string(),
  /** Part of the new connections that goes this way, 0 to 1; absent where it is all or not known. */
  share: z.optional(z.number()),
  /** `share` in words. */
  text: z.optional(z.string()),
});

const pathGraph = z.object({ title: z.string(), nodes: z.array(pathNode), edges: z.array(pathEdge) });

/** A node of the picture. */
export type PathNode = z.infer<typeof pathNode>;
/** A way from one node to the next. */
export type PathEdge = z.infer<typeof pathEdge>;
/** The ways of new connections through the rules of a Service, from its frontends to its endpoints. */
export type PathGraph = z.infer<typeof pathGraph>;

const pathTexts = z.object({
  filter: z.string(),
  filterPlaceholder: z.string(),
  openRules: z.string(),
  refresh: z.string(),
  trace: z.string(),
  /** `{0}` is the number of endpoints. */
  moreEndpoints: z.string(),
  fewerEndpoints: z.string(),
  noMatch: z.string(),
  /** What the picture is, for screen readers. */
  picture: z.string(),
  /** `{0}` is a list of names. */
  leadsTo: z.string(),
});

/** The view's fixed texts. */
export type PathTexts = z.infer<typeof pathTexts>;

/** From the extension to the view. */
export const toView = z.discriminatedUnion('type', [
  z.object({ type: z.literal('graph'), graph: pathGraph, texts: pathTexts }),
  /** There is nothing to show; says why. */
  z.object({ type: z.literal('message'), text: z.string() }),
]);
export type ToView = z.infer<typeof toView>;

/** From the view to the extension. */
export const fromView = z.discriminatedUnion('type', [
  /** The view listens now. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('openRules'), element: z.string() }),
  z.object({ type: z.literal('refresh') }),
  /** A packet to the Service is to be followed. */
  z.object({ type: z.literal('trace') }),
]);
export type FromView = z.infer<typeof fromView>;
