import * as z from 'zod/mini';

/** What a JSON text of iproute2 holds, item by item, so that an odd one does not hide the others. */
export interface JsonItems<Item> {
  readonly values: readonly Item[];
  readonly notUnderstood: number;
}

/** @returns undefined when the text is not in the JSON form */
export function jsonItems<Schema extends z.ZodMiniType>(
  text: string,
  schema: Schema,
): JsonItems<z.infer<Schema>> | undefined {
  if (!/^\uFEFF?\s*\[/.test(text)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { values: [], notUnderstood: 1 };
  }
  const values: z.infer<Schema>[] = [];
  let notUnderstood = 0;
  for (const item of Array.isArray(json) ? json : []) {
    const read = z.safeParse(schema, item);
    if (read.success) values.push(read.data);
    // `ip -j` prints empty objects for what a filter leaves out.
    else if (!isEmpty(item)) notUnderstood++;
  }
  return { values, notUnderstood };
}

function isEmpty(item: unknown): boolean {
  return typeof item === 'object' && item !== null && Object.keys(item).length === 0;
}
