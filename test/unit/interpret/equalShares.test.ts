import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readBalancing } from '../../../agent/interpret/iptables/balancing.ts';
import { EqualShares } from '../../../agent/interpret/iptables/equalShares.ts';
import { parseSnapshot } from '../../../agent/interpret/parseSnapshot.ts';
import { natDump, snapshotOf } from './dumps.ts';

const hash = (number: number) => number.toString(2).padStart(16, '0').replaceAll('0', 'A').replaceAll('1', 'B');

interface Chain {
  readonly endpoints: number;
  readonly affinity: boolean;
  /** Which rule's probability is wrong, and which rule is missing; past the end for none. */
  readonly wrong: number;
  readonly missing: number;
}

function rulesOf({ endpoints, affinity, wrong, missing }: Chain, index: number): string[] {
  const chain = `KUBE-SVC-${hash(index)}`;
  const targets = Array.from({ length: endpoints }, (_, number) => `KUBE-SEP-${hash(index * 100 + number)}`);
  const sticky = affinity
    ? targets.map((to) => `-A ${chain} -m recent --rcheck --seconds 60 --name ${to} --rsource -j ${to}`)
    : [];
  const balancing = targets.map((to, number) => {
    const probability = (1 / (endpoints - number) / (number === wrong ? 2 : 1)).toFixed(11);
    const isLast = number === endpoints - 1 && number !== wrong;
    return `-A ${chain} ${isLast ? '' : `-m statistic --mode random --probability ${probability} `}-j ${to}`;
  });
  balancing.splice(missing, 1);
  return [
    `-A ${chain} -s 10.0.0.0/8 -j KUBE-MARK-MASQ`,
    ...sticky,
    ...balancing,
    ...targets.map((to) => `-A ${to} -p tcp -j DNAT --to-destination 10.0.0.1:80`),
  ];
}

describe('EqualShares', () => {
  it('agrees with reading every rule, whatever chains it saw before', () => {
    const place = fc.oneof({ weight: 3, arbitrary: fc.constant(99) }, fc.nat(5));
    const chain = fc.record({ endpoints: fc.nat(6), affinity: fc.boolean(), wrong: place, missing: place });
    fc.assert(
      fc.property(fc.array(chain, { minLength: 1, maxLength: 8 }), (chains) => {
        const dump = natDump(['-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000', ...chains.flatMap(rulesOf)].join('\n'));
        const [ruleset] = parseSnapshot(snapshotOf(dump)).rulesets;
        assert.ok(ruleset);
        const equalShares = new EqualShares(ruleset);
        for (const index of chains.keys()) {
          const found = ruleset.dump.findChain(ruleset.tables.get('nat') ?? 0, `KUBE-SVC-${hash(index)}`);
          assert.ok(found !== undefined);
          const shares: number[] = readBalancing(ruleset, found).map(({ share }) => share);
          const areEqual = shares.every((share) => Math.abs(share - 1 / shares.length) < 1e-4);
          assert.equal(equalShares.areGivenBy(found), areEqual, JSON.stringify(chains[index]));
        }
      }),
      { numRuns: 200 },
    );
  });
});
