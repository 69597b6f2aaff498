/**
 * Measures how long it takes from objects in memory to rules in the kernel, beside kube-proxy's own proxiers on the same
 * objects: `npm run bench:apply [-- --only NAME,... --rounds N]`, as root. Both run in network namespaces of their own,
 * in turns, so that they meet the same load of the machine; ipvs in the test node. Prints medians, and their ratio
 * beside its target. Needs Go. It takes most of an hour, because of kube-proxy.
 */
import { parseArgs } from 'node:util';
import { buildKubeProxyOracle } from '../peers/kubeProxyOracle.ts';
import type { BenchedMeasurement } from './apply/benchedProcess.ts';
import { type BenchedPlace, hostPlace, testNodePlace } from './apply/places.ts';
import { type Scenario, scenarios } from './apply/scenarios.ts';

/** Seconds of one side, in the order in which they were measured. */
interface Times {
  readonly full: number[];
  readonly change: number[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, rounds: { type: 'string' } } });
  const only = values.only?.split(',');
  const program = await buildKubeProxyOracle((message) => console.log(message));
  for (const scenario of scenarios.filter(({ name }) => only?.includes(name) ?? true)) {
    const rounds = values.rounds === undefined ? scenario.rounds : Number(values.rounds);
    await using place = await (scenario.mode === 'ipvs' ? testNodePlace : hostPlace)(program, scenario);
    report(scenario, await measure({ ...scenario, rounds }, place));
  }
}

async function measure(scenario: Scenario, place: BenchedPlace): Promise<{ ours: Times; peer: Times }> {
  const ours: Times = { full: [], change: [] };
  const peer: Times = { full: [], change: [] };
  for (let round = 0; round < scenario.rounds; round++) {
    await using ourProcess = await place.start('ours');
    await using peerProcess = scenario.fullLimit === undefined ? await place.start('peer') : undefined;
    const sides = [
      ['ours', ourProcess, ours],
      ['kube-proxy', peerProcess, peer],
    ] as const;
    for (const [side, process, times] of sides) {
      if (process !== undefined) times.full.push(log(scenario, side, 'full', await process.measure('full')));
    }
    for (let change = 0; change < scenario.changes; change++) {
      for (const [side, process, times] of sides) {
        if (process !== undefined) times.change.push(log(scenario, side, 'change', await process.measure('change')));
      }
    }
  }
  return { ours, peer };
}

function log({ name, mode }: Scenario, side: string, what: string, measurement: BenchedMeasurement): number {
  const { seconds, parts, processorSeconds } = measurement;
  // Of what runs in the test node only ssh is seen from here.
  const split = Object.entries({ ...parts, ...(mode === 'ipvs' ? {} : { processor: processorSeconds }) });
  const details = split.map(([part, time]) => `${part} ${time.toFixed(3)}`).join(', ');
  console.log(`  ${name} ${side} ${what}: ${seconds.toFixed(3)} s (${details})`);
  return seconds;
}

function report(scenario: Scenario, { ours, peer }: { readonly ours: Times; readonly peer: Times }): void {
  const { name, fullTarget, fullLimit, changeTarget } = scenario;
  if (fullTarget !== undefined) judge(`${name} full`, median(ours.full), median(peer.full), fullTarget);
  if (changeTarget !== undefined) judge(`${name} change`, median(ours.change), median(peer.change), changeTarget);
  if (fullLimit !== undefined) {
    const found = median(ours.full);
    console.log(`${name} full: ${found.toFixed(2)} s, at most ${fullLimit} s${verdict(found <= fullLimit)}`);
  }
}

function judge(what: string, ours: number, peer: number, target: number): void {
  const ratio = ours / peer;
  console.log(
    `${what}: ${ours.toFixed(3)} s beside kube-proxy's ${peer.toFixed(3)} s, ` +
      `${ratio.toFixed(3)} of it, at most ${target}${verdict(ratio <= target)}`,
  );
}

function verdict(isMet: boolean): string {
  if (!isMet) process.exitCode = 1;
  return isMet ? '' : '  TOO MUCH';
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

await main();
