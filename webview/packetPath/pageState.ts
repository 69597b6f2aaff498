import * as z from 'zod/mini';
import { packetFormSchema, tabSchema } from '../protocol/packetPath.ts';

/** What the page remembers while it is hidden, and when the window is loaded anew. */
export const pageStateSchema = z.object({
  root: z.string(),
  form: z.optional(packetFormSchema),
  tab: tabSchema,
  zoom: z.number(),
  /** Whether the form shows all of its fields. */
  more: z.boolean(),
  step: z.optional(z.number()),
});
export type PageState = z.infer<typeof pageStateSchema>;

export const firstPageState: PageState = { root: '', tab: 'path', zoom: 1, more: false };
