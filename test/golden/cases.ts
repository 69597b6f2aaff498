import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDump } from '../../agent/interpret/loadDump.ts';
import type { Snapshot } from '../../agent/model/snapshot.ts';
import { listDumpFiles, readDumpFile } from '../../agent/node/files.ts';
import { type RawEndpointSlice, type RawService, readRawObjects } from './oracle/objects.ts';

const folder = join(import.meta.dirname, 'data');

export const recordedModes = ['iptables', 'ipvs', 'nftables'] as const;

/** The names of all recorded cases. */
export const caseNames = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The folder with the rules of a case in a mode. */
export function caseFolder(name: string, mode: string): string {
  return join(folder, name, mode);
}

/** The rules of a case in a mode, as the agent loads them. */
export function loadCase(name: string, mode: string): Promise<Snapshot> {
  return loadDump([caseFolder(name, mode)], { list: listDumpFiles, read: readDumpFile });
}

/** The text of a case's Services and EndpointSlices. */
export function objectsText(name: string): string {
  return readFileSync(join(folder, name, 'objects.jsonl'), 'utf8');
}

export function rawObjects(name: string): (RawService | RawEndpointSlice)[] {
  return readRawObjects(objectsText(name));
}

/** All recorded files of all cases. */
export function recordedFiles(): string[] {
  return caseNames.flatMap((name) =>
    recordedModes.flatMap((mode) =>
      readdirSync(caseFolder(name, mode)).map((file) => join(caseFolder(name, mode), file)),
    ),
  );
}
