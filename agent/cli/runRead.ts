import { interpretSnapshot } from '../interpret/interpretSnapshot.ts';
import { loadDump } from '../interpret/loadDump.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import type { CommandLine } from './commandLine.ts';
import { describeModel } from './describeModel.ts';
import { drawTree } from './drawTree.ts';
import { jsonPieces } from './jsonPieces.ts';
import { readObjectFiles } from './objectFiles.ts';
import readSchema from './read.schema.json' with { type: 'json' };

/** Reads a node or saved dumps, and prints what they say. Resolves to whether all that is there could be read. */
export async function runRead(
  { mode, from, objects, nodeName, output }: Extract<CommandLine, { command: 'read' }>,
  environment: CliEnvironment,
): Promise<boolean> {
  if (output === 'schema') {
    await environment.writeStdout(`${JSON.stringify(readSchema, undefined, 2)}\n`);
    return true;
  }
  const reading = objects.length === 0 ? undefined : await readObjectFiles(objects, environment);
  const snapshot: Snapshot = from.length === 0 ? await environment.collect() : await loadDump(from, environment.files);
  const model = interpretSnapshot(snapshot, {
    mode,
    nodeName,
    ...(reading === undefined ? {} : { objects: reading.objects, objectProblems: reading.problems }),
  });
  const pieces =
    output === 'tree' ? [drawTree(model, snapshot)] : jsonPieces(Object.entries(describeModel(model, snapshot)));
  for (const piece of pieces) await environment.writeStdout(piece);
  return snapshot.parts.every(({ status }) => status === 'complete' || status === 'missing');
}
