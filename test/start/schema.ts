/** Writes the JSON Schemas (draft 2020-12) of what commands print as JSON, which the agent carries. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readOutputSchema } from '../../agent/cli/readOutput.ts';
import { traceOutputSchema } from '../../agent/cli/traceOutput.ts';

const schemas = { read: readOutputSchema, trace: traceOutputSchema };

for (const [command, schema] of Object.entries(schemas)) {
  const file = join(import.meta.dirname, `../../agent/cli/${command}.schema.json`);
  await writeFile(file, `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`);
}
