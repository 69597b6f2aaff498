/**
 * Measures reading a node of 10,000 Services with ten endpoints each: `npm run bench:read`, as root. The kernel of a
 * network namespace holds the rules; legacy iptables-save and the agent take turns, so that both meet the same load of
 * the machine. Fails when the agent takes more than half of iptables-save's time, 500 MB, or 1 s to the first page.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largeIptablesSave, largeNode } from './largeDump.ts';
import { largeIpvs, largeNftText } from './largeOtherModes.ts';
import type { ReadMeasurement } from './readOnce.ts';

/** Makes the network namespace whose kernel holds the rules. */
const iproute = 'ip';
/** The least of this many is compared: what a noisy machine adds is not the tools' own. */
const rounds = 9;
const limits = { partOfSave: 0.5, peakMegabytes: 500, firstPageMs: 1_000 };

const folder = mkdtempSync(join(tmpdir(), 'bench-read-'));
const namespace = `bench-read-${process.pid}`;

/** Runs a tool in the namespace with files as its input and output, and returns the milliseconds that it took. */
function inNamespace(tool: string, input: string, output: string): number {
  const stdin = openSync(input, 'r');
  const stdout = openSync(output, 'w');
  try {
    const started = performance.now();
    const { status, stderr } = spawnSync(iproute, ['netns', 'exec', namespace, tool], {
      stdio: [stdin, stdout, 'pipe'],
    });
    if (status !== 0) throw new Error(`${tool} failed: ${stderr.toString()}`);
    return performance.now() - started;
  } finally {
    closeSync(stdin);
    closeSync(stdout);
  }
}

function readOnce(dump: string): ReadMeasurement {
  const script = join(import.meta.dirname, 'readOnce.ts');
  return JSON.parse(execFileSync(process.execPath, [script, dump], { encoding: 'utf8' }));
}

function report(
  what: string,
  { megabytes, services, readMs, firstPageMs, endpointsMs, peakMegabytes, problems }: ReadMeasurement,
): void {
  console.log(
    `${what.padEnd(10)} ${megabytes.toFixed(1)} MB, ${services} Services: read ${readMs.toFixed(0)} ms, first page ${firstPageMs.toFixed(0)} ms, ` +
      `all endpoints ${endpointsMs.toFixed(0)} ms, peak ${peakMegabytes.toFixed(0)} MB, ${problems} problems`,
  );
}

function least(numbers: readonly number[]): number {
  return Math.min(...numbers);
}

/** A folder with the files of one dump. */
function dumpFolder(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

function benchIptables(): void {
  // The counter that kube-proxy names is an object of its own, which the namespace does not have.
  const rules = largeIptablesSave(largeNode).replaceAll(/ -m nfacct --nfacct-name +\S+/g, '');
  const input = join(folder, 'rules');
  writeFileSync(input, rules);
  const dump = dumpFolder('iptables', {});
  const saved = join(dump, 'iptables-save.txt');
  execFileSync(iproute, ['netns', 'add', namespace]);
  const saves: number[] = [];
  const reads: ReadMeasurement[] = [];
  try {
    inNamespace('iptables-legacy-restore', input, '/dev/null');
    for (let round = 0; round < rounds; round++) {
      saves.push(inNamespace('iptables-legacy-save', '/dev/null', saved));
      reads.push(readOnce(dump));
    }
  } finally {
    execFileSync(iproute, ['netns', 'delete', namespace]);
  }
  for (const read of reads) report('iptables', read);
  const save = least(saves);
  const read = least(reads.map(({ readMs }) => readMs));
  console.log(
    `iptables-legacy-save took ${save.toFixed(0)} ms, reading ${read.toFixed(0)} ms (best of ${rounds} each)`,
  );
  check('part of iptables-save’s time', read / save, limits.partOfSave);
  check('peak memory in MB', Math.max(...reads.map(({ peakMegabytes }) => peakMegabytes)), limits.peakMegabytes);
  check('first page in ms', least(reads.map(({ firstPageMs }) => firstPageMs)), limits.firstPageMs);
}

function check(what: string, found: number, limit: number): void {
  const isOver = found > limit;
  console.log(`${what}: ${found.toFixed(2)}, limit ${limit}${isOver ? '  TOO MUCH' : ''}`);
  if (isOver) process.exitCode = 1;
}

try {
  benchIptables();
  report('nftables', readOnce(dumpFolder('nftables', { 'nft.txt': largeNftText(largeNode) })));
  const ipvs = Object.fromEntries(largeIpvs(largeNode).map(({ kind, text }) => [`${kind}.txt`, text]));
  report('ipvs', readOnce(dumpFolder('ipvs', ipvs)));
} finally {
  rmSync(folder, { recursive: true });
}
