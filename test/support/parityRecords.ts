import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParityRecord } from './parityRecord.ts';

/** Where the records are kept; test/peers/recordParity.ts writes them. */
export const parityFolder = join(import.meta.dirname, '../golden/parity');

const recordsFile = join(parityFolder, 'recorded.jsonl');

/** All records, sorted by mode, family and seed. */
export async function readParityRecords(): Promise<ParityRecord[]> {
  const text = await readFile(recordsFile, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ParityRecord => JSON.parse(line));
}

/** Stores records; of several of the same set, mode and family the last one counts. */
export async function writeParityRecords(records: readonly ParityRecord[]): Promise<void> {
  const byKey = new Map(records.map((record) => [recordKey(record), record]));
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => JSON.stringify(record));
  await mkdir(parityFolder, { recursive: true });
  await writeFile(recordsFile, `${sorted.join('\n')}\n`);
}

/** `iptables ipv4 007` */
export function recordKey({ mode, family, seed }: Pick<ParityRecord, 'mode' | 'family' | 'seed'>): string {
  return `${mode} ${family} ${String(seed).padStart(3, '0')}`;
}

/** What the tools that print rules say of themselves; the tools of some modes may not be there. */
export async function toolVersions(
  output: (argv: readonly [string, ...string[]]) => Promise<string>,
): Promise<Record<string, string>> {
  const tools = ['iptables', 'nft', 'ipset', 'ipvsadm'];
  const versions = tools.map(async (tool) => [tool, (await output(['sh', '-c', `${tool} --version || :`])).trim()]);
  return Object.fromEntries(await Promise.all(versions));
}
