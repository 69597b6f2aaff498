import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readChangeSettings } from '../../../../extension/change/changeSettings.ts';
import { planText } from '../../../../extension/change/planText.ts';
import { holdsServices } from '../../../../extension/change/serviceText.ts';
import { english } from '../../../../extension/l10n/localizer.ts';
import { numberWords } from '../../../../extension/tree/presentation/numberWords.ts';

const fact = (code: string, message: string) => ({ code, message, args: {} });

describe('a plan as text', () => {
  it('says as comments what it is about, and then the diff', () => {
    const text = planText(
      {
        root: { label: 'node-1' },
        target: { kind: 'switch', mode: 'ipvs' },
        summary: {
          plan: '1',
          from: 'iptables',
          to: 'ipvs',
          added: 1_200,
          removed: 3,
          services: [{ service: 'default/web', added: 1_200, removed: 3 }],
          servicesLeftOut: 4,
          refusals: [fact('a-refusal', 'Not like this.')],
          notes: [fact('a-note', 'Two lines\nof a note.')],
          prerequisites: [
            { id: 'a', met: true, settable: false, fact: fact('an-a', 'A is there.') },
            { id: 'b', met: false, settable: true, fact: fact('a-b', 'B is missing.') },
          ],
        },
        diff: '@@ default/web @@\n+ -A X\n',
        linesLeftOut: 7,
        leftovers: [{ part: 'ipsets', family: 'ipv4', place: 'KUBE-6-X', count: 2 }],
      },
      english,
      numberWords('en'),
    );
    assert.equal(
      text,
      `# node-1: Switch mode, iptables → ipvs
# 1,200 added, 3 removed, 5 Services
#
# It cannot be applied as it is:
#   Not like this.
#
# The node needs:
#   missing, can be set by applying: B is missing.
#   there: a
#
# To know:
#   Two lines
# of a note.
#
# Leftovers:
#   ipsets ipv4 KUBE-6-X (2)
#
# Services that change:
#   default/web  +1,200 −3
#   and 4 more

@@ default/web @@
+ -A X
#
# 7 more lines are left out.
`,
    );
  });
});

describe('texts with Services', () => {
  const texts: readonly [text: string, holds: boolean][] = [
    ['apiVersion: v1\nkind: Service\n', true],
    ['kind: "Service" # a comment\r\n', true],
    ['items:\n- kind: Service\n', true],
    ['items:\n  - apiVersion: v1\n    kind: Service\n', true],
    ['kind: ServiceList\n', true],
    ['{"apiVersion":"v1","kind":"Service"}', true],
    ['{ "kind" : "Service" }', true],
    ['kind: ServiceAccount\n', false],
    ['{"kind":"ServiceMonitor"}', false],
    ['# kind: Service\n', false],
    ['description: kind: Service\n', false],
    ['', false],
  ];
  for (const [text, holds] of texts) {
    it(`are ${holds ? '' : 'not '}seen in ${JSON.stringify(text)}`, () => assert.equal(holdsServices(text), holds));
  }
});

describe('settings of changes', () => {
  const read = (settings: Readonly<Record<string, unknown>>) => readChangeSettings((name) => settings[name]);

  it('say nothing that the user did not say', () => {
    assert.deepEqual(read({ 'proxy.scheduler': 'auto', 'proxy.clusterCidrs': [], 'proxy.zone': ' ' }), {
      confirm: 'automatic',
      confirmWithin: 60,
      proxy: {},
    });
  });

  it('are kept within what the agent takes, whatever a settings file says', () => {
    assert.equal(read({ 'apply.confirmWithin': 1 }).confirmWithin, 10);
    assert.equal(read({ 'apply.confirmWithin': 1e9 }).confirmWithin, 3_600);
    assert.equal(read({ 'apply.confirmWithin': 'soon' }).confirmWithin, 60);
    assert.deepEqual(read({ 'proxy.clusterCidrs': [' 10.0.0.0/8 ', 7, ''], 'proxy.masqueradeAll': 'yes' }).proxy, {
      clusterCidrs: ['10.0.0.0/8'],
    });
    assert.deepEqual(read({ 'proxy.scheduler': 'wlc', 'proxy.masqueradeAll': true, 'proxy.zone': 'a' }).proxy, {
      masqueradeAll: true,
      scheduler: 'wlc',
      zone: 'a',
    });
  });
});
