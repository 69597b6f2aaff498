/**
 * Reads a saved dump once, in a process of its own so that nothing is warm: `node test/bench/readOnce.ts FOLDER`.
 * Prints one line of JSON.
 */
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import { loadDump } from '../../agent/interpret/loadDump.ts';
import { listDumpFiles, readDumpFile } from '../../agent/node/files.ts';
import { Outline } from '../../agent/outline/outline.ts';

/** What one run measured; times in milliseconds. */
export interface ReadMeasurement {
  readonly mode: string;
  readonly services: number;
  readonly problems: number;
  readonly megabytes: number;
  /** From text to model, problems included. */
  readonly readMs: number;
  /** From the model to the first page of the tree. */
  readonly firstPageMs: number;
  /** Every endpoint of every Service, which are read when they are asked for. */
  readonly endpointsMs: number;
  readonly endpoints: number;
  readonly peakMegabytes: number;
}

const [folder = ''] = process.argv.slice(2);
const snapshot = await loadDump([folder], { list: listDumpFiles, read: readDumpFile });

const started = performance.now();
const model = interpretSnapshot(snapshot, { mode: 'auto' });
const read = performance.now();
const outline = new Outline(snapshot, model);
outline.children({ offset: 0, limit: 200 });
outline.children({ parent: 'services', offset: 0, limit: 200 });
const shown = performance.now();
const peak = process.resourceUsage().maxRSS;
const endpoints = model.services.reduce((sum, service) => sum + service.endpoints.length, 0);

const measurement: ReadMeasurement = {
  mode: model.mode,
  services: model.services.length,
  problems: model.problems.length,
  megabytes: snapshot.parts.reduce((sum, { text }) => sum + text.length, 0) / 1e6,
  readMs: read - started,
  firstPageMs: shown - read,
  endpointsMs: performance.now() - shown,
  endpoints,
  peakMegabytes: peak / 1024,
};
console.log(JSON.stringify(measurement));
