import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { checkScenario } from './checkScenario.ts';
import type { TracedHost } from './tracedHost.ts';
import { type TracedMode, tracedScenario } from './tracedScenario.ts';
import { TraceTotals } from './traceTotals.ts';

/** Packets of a seed, not counting those that are sent again. */
const packetsPerSeed = 200;

/** Tests that the kernel does with each seed's packets what is predicted, and tells how many there were. */
export function itIsAsPredicted(host: () => TracedHost, mode: TracedMode, seeds: readonly number[]): void {
  const totals = new TraceTotals();

  after(() => console.log(`${mode}: ${totals.describe()}`));

  for (const seed of seeds) {
    it(`go as predicted: seed ${seed}`, async () => {
      const result = await checkScenario(host(), tracedScenario(seed, mode, packetsPerSeed));
      totals.add(result);
      const otherwise = result.disagreements.map(({ packet, observed, predicted }) => ({
        packet,
        observed,
        predicted,
      }));
      assert.deepEqual(otherwise, []);
    });
  }

  it('are nearly all known', () => {
    assert.ok(totals.isGood(), totals.describe());
  });
}
