import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TreeElement } from '../../../../agent/protocol/treeElement.ts';
import {
  accessibleText,
  contextWords,
  hasRules,
  presentElement,
} from '../../../../extension/tree/presentation/presentElement.ts';
import { context, elements } from '../elements.ts';

/** Label and description of each kind. */
const lines: { readonly [Kind in TreeElement['kind']]: readonly [label: string, description: string] } = {
  services: ['Services', '9'],
  baseChains: ['Base Chains', '24'],
  virtualServers: ['Virtual Servers', '27'],
  sets: ['Sets and Maps', '17'],
  foreign: ['Other Rules', '1'],
  problems: ['Problems', '2'],
  parts: ['What Was Read', '3'],
  namespace: ['default', '6'],
  service: ['app1', '10.96.0.10 · 3 endpoints'],
  servicePort: ['http', 'TCP 80 · 3 endpoints · affinity 10,800 s'],
  frontend: ['[2001:db8::1]:80', 'load balancer IP · dropped · this node only · 1,204 pkts'],
  chain: ['KUBE-SVC-A', 'all endpoints · 3 rules'],
  rule: ['-d 10.96.0.10/32 -j KUBE-SVC-A', ''],
  virtualServer: ['10.96.0.10:53', 'kube-system/dns:dns · UDP · rr · 1 real server'],
  endpoint: ['10.244.0.5:8080', '33.3% · on this node'],
  mapElement: ['10.96.0.10 . tcp . 80', '→ goto service-A · service-ips'],
  hook: ['prerouting', '2'],
  set: ['KUBE-CLUSTER-IP', 'hash:ip,port · 1 entry'],
  setEntry: ['10.96.0.10,tcp:80', ''],
  owner: ['docker', '5 rules'],
  problem: ['Chain X is not declared in table nat.', 'iptables-save, line 7'],
  part: ['ipset-save', 'not there · ipset is not installed.'],
};

/** Every icon must exist, or the tree shows an empty square. */
const codicons = readFileSync(
  new URL('../../../../node_modules/@vscode/codicons/dist/codicon.css', import.meta.url),
  'utf8',
);

describe('elements of the tree', () => {
  for (const element of Object.values(elements)) {
    it(`words ${element.kind}`, () => {
      const shown = presentElement(element, context);
      assert.deepEqual([shown.label, shown.description], lines[element.kind]);
      assert.ok(codicons.includes(`.codicon-${shown.icon.id}:before`), `there is no icon ${shown.icon.id}`);
      assert.ok(shown.facts.length > 0);
    });
  }

  it('shows how counters changed', () => {
    const shown = presentElement(elements.frontend, { ...context, change: { packets: 12, bytes: 720 } });
    assert.match(shown.description, /1,204 pkts \(\+12\)$/);
    assert.deepEqual(
      shown.facts.filter(({ name }) => name === 'Bytes').map(({ value }) => value),
      ['64 KiB (+720 B since the last refresh)'],
    );
  });

  it('shows under a chain for traffic that is kept to the node what endpoints get of that', () => {
    assert.match(presentElement(elements.endpoint, { ...context, keptToNode: true }).description, /^100%/);
  });

  it('does not say the name of a Service again below it', () => {
    assert.equal(
      presentElement(elements.virtualServer, { ...context, belowService: true }).description,
      'UDP · rr · 1 real server',
    );
  });

  it('names what has no name by its address', () => {
    const shown = presentElement({ ...elements.service, namespace: '', name: '' }, context);
    assert.deepEqual([shown.label, shown.description, shown.name], ['10.96.0.10', '3 endpoints', '10.96.0.10']);
  });

  it('tells a screen reader of problems below', () => {
    const shown = presentElement(elements.service, context);
    assert.equal(
      accessibleText(elements.service, shown, context),
      'app1, 10.96.0.10, 3 endpoints, problems below: Warning',
    );
  });

  it('gives menus the words that they look for', () => {
    const wordsOf = (element: TreeElement): string => contextWords(element, presentElement(element, context));
    assert.equal(wordsOf(elements.service), 'element;service;rules;address;path');
    assert.equal(wordsOf(elements.rule), 'element;rule;rules');
    assert.equal(wordsOf(elements.problem), 'element;problem;rules;line');
    assert.equal(wordsOf(elements.services), 'element;services');
  });

  it('opens no rules where the agent has none', () => {
    assert.equal(hasRules(elements.part), false);
    assert.equal(hasRules({ ...elements.part, characters: 10 }), true);
    assert.equal(hasRules(elements.problem), true);
  });
});
