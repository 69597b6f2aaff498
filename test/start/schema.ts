/** Writes the JSON Schema (draft 2020-12) of what `read --json` prints, which the agent carries. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { readOutputSchema } from '../../agent/cli/readOutput.ts';

const file = join(import.meta.dirname, '../../agent/cli/read.schema.json');
await writeFile(file, `${JSON.stringify(z.toJSONSchema(readOutputSchema), undefined, 2)}\n`);
