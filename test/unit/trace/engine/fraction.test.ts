import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareText } from '../../../../agent/trace/engine/share.ts';
import { Fraction } from '../../../../agent/trace/fraction.ts';

/** What `--probability` is to the kernel (libxt_statistic, `lround(0x80000000 * prob)`). */
function statistic(share: number): Fraction {
  return Fraction.of(Math.round(share * 2 ** 31), 2 ** 31);
}

/** The shares of endpoints as kube-proxy's rules give them, one after the other. */
function sharesOf(endpoints: number): Fraction[] {
  let rest = Fraction.one;
  return Array.from({ length: endpoints }, (_, at) => {
    const chance = at === endpoints - 1 ? Fraction.one : statistic(1 / (endpoints - at));
    const share = rest.times(chance);
    rest = rest.times(chance.complement());
    return share;
  });
}

describe('a fraction', () => {
  it('stays exact through sums and products', () => {
    const sum = sharesOf(50).reduce((total, share) => total.plus(share), Fraction.zero);
    assert.equal(sum.numerator, sum.denominator);
    assert.ok(sum.complement().isZero);
    const { numerator, denominator } = Fraction.of(1, 6).plus(Fraction.of(1, 4)).times(Fraction.of(2, 5));
    assert.deepEqual([numerator, denominator], [1n, 6n]);
  });

  it('is a number also when its parts are longer than doubles hold', () => {
    for (const share of sharesOf(300)) assert.ok(Math.abs(share.toNumber() - 1 / 300) < 1e-9);
  });
});

describe('the text of a share', () => {
  it('is the simple fraction that the kernel comes near to', () => {
    for (const endpoints of [1, 2, 3, 7, 10, 100, 250]) {
      const wanted = endpoints === 1 ? '1' : `1/${endpoints}`;
      assert.deepEqual(new Set(sharesOf(endpoints).map(shareText)), new Set([wanted]));
    }
    assert.equal(shareText(Fraction.of(1, 5000)), '1/5000');
  });

  it('is a decimal where no simple fraction is as near', () => {
    assert.equal(shareText(Fraction.of(715_827_883n + 12_345n, 2n ** 31n).times(statistic(0.5))), '0.1667');
    assert.equal(shareText(statistic(0.000_012_345_6)), '1.23e-5');
  });
});
