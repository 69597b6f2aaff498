/**
 * Compares the way of packets as it is predicted with what the kernel does: for each seed, a node is made in network
 * namespaces, with Services' rules and others beside them; its packets are followed through a snapshot, and sent.
 *
 *   npm run trace:check -- [--packets 20000] [--seeds 1-100] [--modes iptables,legacy,nftables,ipvs]
 *
 * Runs as root; ipvs in the test node. What differs is described in test/artifacts/trace/, with the snapshot.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkScenario, type ScenarioResult } from '../support/trace/checkScenario.ts';
import { localHost, type TracedHost, testNodeHost } from '../support/trace/tracedHost.ts';
import { type TracedMode, tracedModes, tracedScenario } from '../support/trace/tracedScenario.ts';
import { TraceTotals } from '../support/trace/traceTotals.ts';
import { startTestNode } from '../vm/startTestNode.ts';

const artifacts = join(import.meta.dirname, '../artifacts/trace');

/** Packets of a seed, not counting those that are sent again. */
const packetsPerSeed = 300;

/** After so many seeds that could not be checked, none of a mode is tried any more. */
const mostFailures = 5;

const { values } = parseArgs({
  options: { packets: { type: 'string' }, seeds: { type: 'string' }, modes: { type: 'string' } },
});
const [first = 1, last = Number.POSITIVE_INFINITY] = (values.seeds ?? '1').split('-').map(Number);
const lastSeed = values.seeds?.includes('-') === false ? first : last;
const wanted = values.modes?.split(',') ?? Object.keys(tracedModes);
const modes = (Object.keys(tracedModes) as TracedMode[]).filter((mode) => wanted.includes(mode));
const packetsPerMode = Math.ceil(Number(values.packets ?? 20_000) / modes.length);

await mkdir(artifacts, { recursive: true });
const all = new TraceTotals();
for (const mode of modes) {
  const totals = mode === 'ipvs' ? await checkInTestNode() : await checkMode(localHost, mode);
  console.log(`${mode}: ${totals.describe()}`);
  all.include(totals);
}
console.log(`all: ${all.describe()}`);
for (const [reason, count] of all.reasons()) console.log(`  ${count} unknown: ${reason}`);
if (!all.isGood()) process.exitCode = 1;

async function checkInTestNode(): Promise<TraceTotals> {
  await using node = await startTestNode({ progress: (message) => console.log(message) });
  return await checkMode(await testNodeHost(node), 'ipvs');
}

async function checkMode(host: TracedHost, mode: TracedMode): Promise<TraceTotals> {
  const totals = new TraceTotals();
  let failures = 0;
  for (let seed = first; seed <= lastSeed && totals.packets < packetsPerMode; seed++) {
    const scenario = tracedScenario(seed, mode, packetsPerSeed);
    const result = await checkScenario(host, scenario).catch((error: unknown) => {
      console.error(`${scenario.name} could not be checked:`, error);
      process.exitCode = 1;
    });
    if (result === undefined) {
      if (++failures === mostFailures) break;
      continue;
    }
    totals.add(result);
    const { packets, agreed, unknown, disagreements } = result;
    console.log(
      `${scenario.name}: ${packets} packets, ${agreed} as predicted, ${unknown} unknown, ${disagreements.length} otherwise`,
    );
    if (disagreements.length > 0) await report(`${mode}-${seed}`, scenario.name, result);
  }
  return totals;
}

async function report(file: string, name: string, { disagreements, snapshot }: ScenarioResult): Promise<void> {
  const texts = disagreements.map(({ packet, request, observed, predicted, steps }) =>
    [
      packet,
      `  request: ${JSON.stringify(request)}`,
      `  kernel: ${observed}`,
      ...predicted.map((outcome) => `  predicted ${outcome}`),
      ...steps.map((step) => `    ${step}`),
    ].join('\n'),
  );
  const path = join(artifacts, `${file}.txt`);
  await writeFile(path, `${name}\n\n${texts.join('\n\n')}\n`);
  await writeFile(join(artifacts, `${file}.json`), JSON.stringify(snapshot));
  console.log(`  see ${path}`);
}
