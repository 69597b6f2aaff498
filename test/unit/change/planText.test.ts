import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countByService, planText } from '../../../agent/change/planText.ts';
import type { PlannedChange } from '../../../agent/plan/planStep.ts';

function change(sign: '+' | '-', place: string, text: string, service?: string): PlannedChange {
  return { part: 'iptables', family: 'ipv4', sign, place, text, service };
}

const changes = [
  change('+', 'nat KUBE-SVC-B', 'rule of b', 'default/b'),
  change('+', 'nat PREROUTING', 'hook'),
  change('+', 'nat KUBE-SVC-A', 'new', 'default/a'),
  change('-', 'nat KUBE-SVC-A', 'old', 'default/a'),
  change('-', 'nat KUBE-SEP-A', 'gone', 'default/a'),
];

describe('planText', () => {
  it('is a unified diff by Service and place', () => {
    assert.equal(
      planText(changes).text,
      [
        '--- default/a',
        '+++ default/a',
        '@@ -1 +1 @@ ipv4 iptables nat KUBE-SVC-A',
        '-old',
        '+new',
        '@@ -1 +0 @@ ipv4 iptables nat KUBE-SEP-A',
        '-gone',
        '--- default/b',
        '+++ default/b',
        '@@ -0 +1 @@ ipv4 iptables nat KUBE-SVC-B',
        '+rule of b',
        '--- common',
        '+++ common',
        '@@ -0 +1 @@ ipv4 iptables nat PREROUTING',
        '+hook',
        '',
      ].join('\n'),
    );
  });

  it('is of one Service when that is asked for', () => {
    assert.match(planText(changes, 'default/b').text, /^--- default\/b\n\+\+\+ default\/b\n@@.*\n\+rule of b\n$/);
    assert.deepEqual(planText(changes, 'default/c'), { text: '', linesLeftOut: 0 });
  });

  it('leaves out what nobody would read, and counts it', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => change('+', 'nat X', `${index} ${'x'.repeat(200)}`));
    const { text, linesLeftOut } = planText(many);
    assert.equal(text.split('\n').length - 1 + linesLeftOut, many.length + 3);
    assert.ok(linesLeftOut > 0);
  });
});

describe('countByService', () => {
  it('counts what comes and goes for each Service', () => {
    assert.deepEqual(countByService(changes), [
      { service: 'default/a', added: 1, removed: 2 },
      { service: 'default/b', added: 1, removed: 0 },
    ]);
  });
});
