import { loadDump } from '../interpret/loadDump.ts';
import { parseSnapshot } from '../interpret/parseSnapshot.ts';
import { tracedNode } from '../trace/tracedNode.ts';
import { tracePacket } from '../trace/tracePacket.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import { drawTrace } from './drawTrace.ts';
import { jsonPieces } from './jsonPieces.ts';
import traceSchema from './trace.schema.json' with { type: 'json' };
import type { TraceCommand } from './traceCommand.ts';
import { traceOutput } from './traceOutput.ts';

/** Follows a packet through a node or saved dumps, and prints the ways that it can go. */
export async function runTrace({ request, dumps, output }: TraceCommand, environment: CliEnvironment): Promise<void> {
  const snapshot = dumps.length === 0 ? await environment.collect() : await loadDump(dumps, environment.files);
  const trace = tracePacket(tracedNode(parseSnapshot(snapshot)), request);
  const pieces = output === 'text' ? [drawTrace(trace, request)] : jsonPieces(Object.entries(traceOutput(trace)));
  for (const piece of pieces) await environment.writeStdout(piece);
}

/** Prints the JSON Schema of what `trace --json` prints. */
export async function printTraceSchema(environment: CliEnvironment): Promise<void> {
  await environment.writeStdout(`${JSON.stringify(traceSchema, undefined, 2)}\n`);
}
