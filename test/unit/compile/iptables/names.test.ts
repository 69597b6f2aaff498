import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointChainName, serviceChainNames } from '../../../../agent/compile/iptables/chainNames.ts';
import { printedProbability } from '../../../../agent/compile/iptables/probability.ts';
import { commentName } from '../../../../agent/compile/iptables/ruleText.ts';

describe("chains' names", () => {
  it('are those that kube-proxy gave', () => {
    assert.deepEqual(serviceChainNames('default/app1', 'tcp'), {
      cluster: 'KUBE-SVC-4QFXEAV27BCWXK5E',
      local: 'KUBE-SVL-4QFXEAV27BCWXK5E',
      external: 'KUBE-EXT-4QFXEAV27BCWXK5E',
      firewall: 'KUBE-FW-4QFXEAV27BCWXK5E',
    });
    assert.equal(endpointChainName('default/app1', 'tcp', '10.0.0.2:8080'), 'KUBE-SEP-3FTB24IRH5C2AVGE');
  });
});

describe('printed probabilities', () => {
  // As iptables-save 1.8.9 prints what kube-proxy writes; 4096 lies in the middle between two texts.
  const printed = [
    [2, '0.50000000000'],
    [3, '0.33333333349'],
    [4, '0.25000000000'],
    [5, '0.20000000019'],
    [6, '0.16666666651'],
    [7, '0.14285714272'],
    [10, '0.10000000009'],
    [100, '0.00999999978'],
    [4096, '0.00024414062'],
    [4097, '0.00024408102'],
  ] as const;
  for (const [n, text] of printed) it(`1/${n}`, () => assert.equal(printedProbability(n), text));
});

describe('names in comments', () => {
  it('are as they are', () => assert.equal(commentName('a-b.c/d:http'), 'a-b.c/d:http'));

  it('cannot end the comment or the line', () => {
    assert.equal(commentName('a/b" -j ACCEPT\nCOMMIT\\'), 'a/b\\" -j ACCEPT?COMMIT\\\\');
  });
});
