/**
 * Measures how long it takes to check what a migration of 1,000 Services with ten endpoints each would change, from every
 * mode to every other: `npm run bench:migration`. The time is that from a snapshot that is interpreted to the report, with
 * compiling, printing and parsing the rules of the other mode. Beside it stands the longest time in which nothing else
 * could run. Fails when a check takes 5 s.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { checkMigration } from '../../agent/compare/migration/checkMigration.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { modesOf, nodeSnapshot } from '../support/comparedNode.ts';
import { manyServices } from './apply/manyServices.ts';

const services = 1_000;
const limitMs = 5_000;
const modes: readonly ServiceMode[] = ['iptables', 'ipvs', 'nftables'];

const { objects } = readObjects(manyServices(services).replaceAll('testnode', 'node-a'), 'objects');

for (const from of modes) for (const to of modes) if (from !== to) await measure(from, to);

async function measure(from: ServiceMode, to: ServiceMode): Promise<void> {
  const node = modesOf(nodeSnapshot(objects, from));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const { packets, unknown } = await checkMigration(node, to);
  const took = performance.now() - started;
  delay.disable();
  console.log(
    `${from} to ${to}: ${took.toFixed(0)} ms for ${packets} packets, of ${unknown} it is not known where they go; ` +
      `${(delay.max / 1e6).toFixed(0)} ms without a turn at most`,
  );
  if (took >= limitMs) process.exitCode = 1;
}
