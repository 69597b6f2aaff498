import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { SnapshotPart } from '../../../agent/model/snapshot.ts';
import { loadCase } from '../../golden/cases.ts';
import { brokenCase, part, snapshotOf, tableDump } from './dumps.ts';
import { only, pointedAt, problemsOf, withParts } from './foundProblems.ts';

const legacyDump = (table: string, rules: string): SnapshotPart =>
  part('iptables-legacy-save', 'iptables-save', tableDump(table, rules, 'legacy'));

describe('problems of iptables rules', () => {
  it('a jump to a chain that is missing', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replaceAll(/^(?::|-A )KUBE-SVC-.*\n/gm, ''),
    );
    const [missing, ...others] = problemsOf(snapshot);
    assert.equal(missing?.code, 'missing-target-chain');
    assert.match(pointedAt(snapshot, missing), /^-A KUBE-SERVICES .* -j KUBE-SVC-/);
    // What only the missing chain led to is not reached any more.
    assert.deepEqual(new Set(others.map(({ code }) => code)), new Set(['unreferenced-chain']));
  });

  it('a chain of kube-proxy that nothing leads to', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(/^-A POSTROUTING .*\n/m, ''),
    );
    const problem = only(problemsOf(snapshot), 'unreferenced-chain');
    assert.equal(problem.severity, 'warning');
    assert.equal(problem.args['chain'], 'KUBE-POSTROUTING');
    assert.match(pointedAt(snapshot, problem), /^:KUBE-POSTROUTING/);
  });

  it('a stale chain of an endpoint, which is only information', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(/^:KUBE-SERVICES .*$(?![\s\S]*^:KUBE-SERVICES)/m, '$&\n:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]'),
    );
    assert.equal(only(problemsOf(snapshot), 'unreferenced-chain').severity, 'information');
  });

  it('what is not understood in a rule, once, whether its form is usual or not', () => {
    for (const rule of ['-A INPUT --odd', '-h', '-A INPUT -j']) {
      const text = `*filter\n:INPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`;
      const problems = problemsOf(snapshotOf(part('iptables-save', 'iptables-save', text)));
      const found = problems.map(({ code, location }) => `${code} ${location?.line} ${location?.column}`);
      assert.ok(found.length > 0, rule);
      assert.deepEqual(found, [...new Set(found)], rule);
    }
  });

  it('chains of kube-router are none', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(
        /^:KUBE-SERVICES .*$/m,
        '$&\n:KUBE-POD-FW-AAAAAAAAAAAAAAAA - [0:0]\n:KUBE-NWPLCY-AAAAAAAAAAAAAAAA - [0:0]',
      ),
    );
    assert.deepEqual(problemsOf(snapshot), []);
  });

  it('two dumps in one file, whose shares are not judged', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) => text.repeat(2));
    assert.deepEqual(new Set(problemsOf(snapshot).map(({ code }) => code)), new Set(['repeated-table']));
  });

  it('probabilities that do not give equal shares', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace('--probability 0.50000000000', '--probability 0.90000000000'),
    );
    const problem = only(problemsOf(snapshot), 'unequal-shares');
    assert.match(pointedAt(snapshot, problem), /^-A KUBE-SVC-/);
    assert.equal(problem.args['lostPercent'], 0);
  });

  it('connections that no endpoint takes', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(/(-> 10\.0\.0\.4:8080") (-j KUBE-SEP-)/, '$1 -m statistic --mode random --probability 0.5 $2'),
    );
    assert.equal(only(problemsOf(snapshot), 'unequal-shares').args['lostPercent'], 16.7);
  });

  it("an endpoint's chain without DNAT", async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(/^-A KUBE-SEP-.* DNAT .*\n/m, ''),
    );
    assert.match(pointedAt(snapshot, only(problemsOf(snapshot), 'endpoint-without-dnat')), /^:KUBE-SEP-/);
    const { services } = interpretSnapshot(snapshot, { mode: 'auto' });
    assert.deepEqual(
      services.flatMap(({ endpoints }) => endpoints.map(({ ip, port }) => `${ip}:${port}`)),
      ['10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.4:8080'],
    );
  });

  it('a dump that was cut off', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.slice(0, text.lastIndexOf('COMMIT')),
    );
    only(problemsOf(snapshot), 'missing-commit');
  });

  it('a dump that was cut off in the midst of its chains is only that', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.slice(0, text.indexOf('\n-A KUBE-SEP-') + 1),
    );
    only(problemsOf(snapshot), 'missing-commit');
  });

  it('rules of Kubernetes in both backends', async () => {
    const snapshot = await withParts(
      'classic',
      'iptables',
      legacyDump('filter', '-A INPUT -j KUBE-FIREWALL\n-A KUBE-FIREWALL -j DROP'),
    );
    const problem = only(problemsOf(snapshot), 'rules-in-both-backends');
    assert.equal(problem.severity, 'error');
    assert.equal(pointedAt(snapshot, problem), '-A INPUT -j KUBE-FIREWALL');
  });

  it('rules of others in the other backend', async () => {
    const snapshot = await withParts('classic', 'iptables', legacyDump('filter', '-A INPUT -p tcp -j ACCEPT'));
    assert.equal(only(problemsOf(snapshot), 'rules-in-both-backends').severity, 'warning');
  });

  it('empty tables in the other backend are none', async () => {
    assert.deepEqual(problemsOf(await withParts('classic', 'iptables', legacyDump('filter', ''))), []);
  });

  it('the warning of legacy tables is none when they are in the snapshot too', async () => {
    const warning = '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n';
    const alone = await brokenCase('classic', 'iptables', 'iptables-save', (text) => warning + text);
    only(problemsOf(alone), 'legacy-tables-present');
    assert.deepEqual(problemsOf({ ...alone, parts: [...alone.parts, legacyDump('filter', '')] }), []);
  });
});

describe('problems of ipvs', () => {
  it('a real server with weight 0', async () => {
    const snapshot = await brokenCase('classic', 'ipvs', 'ipvsadm-save', (text) => text.replace('-w 1', '-w 0'));
    const problem = only(problemsOf(snapshot), 'real-server-weight-zero');
    assert.match(pointedAt(snapshot, problem), /-w 0$/);
    const [service] = interpretSnapshot(snapshot, { mode: 'auto' }).services;
    assert.deepEqual(
      service?.endpoints.map(({ share }) => share),
      [0, 0.5, 0.5],
    );
  });

  it('a cluster IP that is not on kube-ipvs0', async () => {
    const snapshot = await brokenCase('classic', 'ipvs', 'addresses', (text) =>
      text.replace('10.96.0.10/32', '10.96.0.99/32'),
    );
    assert.match(pointedAt(snapshot, only(problemsOf(snapshot), 'address-not-bound')), /^-A -t 10\.96\.0\.10:80/);
  });

  it('an external IP that another device has is none', async () => {
    const snapshot = await brokenCase('random-1', 'ipvs', 'addresses', (text) =>
      text.replace('kube-ipvs0    inet 192.0.2.1/32', 'eth0    inet 192.0.2.1/32'),
    );
    assert.deepEqual(problemsOf(snapshot), []);
  });

  it('a virtual server that is in no set', async () => {
    const snapshot = await brokenCase('classic', 'ipvs', 'ipset-save', (text) =>
      text.replace(/^add KUBE-CLUSTER-IP .*\n/m, ''),
    );
    const problem = only(problemsOf(snapshot), 'virtual-server-not-in-sets');
    assert.equal(problem.args['virtualServer'], 'tcp 10.96.0.10:80');
  });

  it('a set that rules name and nobody made', async () => {
    const snapshot = await brokenCase('classic', 'ipvs', 'ipset-save', (text) =>
      text.replaceAll(/^(?:create|add) KUBE-HEALTH-CHECK-NODE-PORT .*\n/gm, ''),
    );
    const problem = only(problemsOf(snapshot), 'missing-set');
    assert.equal(problem.args['set'], 'KUBE-HEALTH-CHECK-NODE-PORT');
    assert.match(pointedAt(snapshot, problem), /--match-set KUBE-HEALTH-CHECK-NODE-PORT/);
  });

  it('says nothing about sets when not all of them were read', async () => {
    const snapshot = await loadCase('classic', 'ipvs');
    const parts = snapshot.parts.filter(({ kind }) => kind !== 'ipset-save');
    only(problemsOf({ ...snapshot, parts }), 'part-missing');
  });
});

describe('problems of nftables', () => {
  it('a dump that was cut off is only that', async () => {
    const snapshot = await brokenCase('random-1', 'nftables', 'nft-text', (text) => text.slice(0, text.length * 0.9));
    for (const { severity, code } of problemsOf(snapshot)) {
      assert.equal(severity, 'error');
      assert.doesNotMatch(code, /unreferenced|unequal/);
    }
    assert.ok(problemsOf(snapshot).length > 0);
  });

  it('a map that does not cover all numbers', async () => {
    const snapshot = await brokenCase('classic', 'nftables', 'nft-text', (text) =>
      text.replace('mod 3 map', 'mod 4 map'),
    );
    const problem = only(problemsOf(snapshot), 'unequal-shares');
    assert.equal(problem.args['lostPercent'], 25);
  });

  it("a Service's chain that nothing leads to", async () => {
    const snapshot = await brokenCase('classic', 'nftables', 'nft-text', (text) =>
      text.replace(/\n\}\s*$/, '\n\tchain service-AAAAAAAA-default/gone/tcp/ {\n\t}\n}\n'),
    );
    assert.equal(only(problemsOf(snapshot), 'unreferenced-chain').severity, 'information');
  });
});

describe('problems of parts', () => {
  const text = tableDump('filter', '-A INPUT -j ACCEPT');
  const reason = { code: 'crashed', message: 'iptables-save was ended by SIGSEGV.', args: {} };

  it('a tool that died midway', () => {
    const snapshot = snapshotOf(part('iptables-save', 'iptables-save', text, { status: 'partial', reason }));
    const problem = only(problemsOf(snapshot), 'part-incomplete');
    assert.match(problem.message, /^iptables-save was read only in part\. iptables-save was ended by SIGSEGV\. /);
    assert.equal(problem.args['reason'], 'crashed');
  });

  for (const kind of ['ipset-save', 'ipvsadm-save', 'ipvsadm-stats', 'addresses'] as const) {
    it(`a file of ${kind} that ends within a line, of which nothing is missing`, async () => {
      const cut = (dump: string): string => dump.slice(0, dump.lastIndexOf('\n', dump.length / 2) + 8);
      const problems = problemsOf(await brokenCase('mixed-60', 'ipvs', kind, cut));
      assert.equal(problems.filter(({ code }) => code === 'part-cut-off').length, 1);
      for (const { code } of problems) assert.doesNotMatch(code, /missing-set|not-in-sets|not-bound|leftover/);
    });
  }

  it('a tool that was refused', () => {
    const denied = { code: 'permission-denied', message: 'ipset needs root (exit status 1).', args: {} };
    const snapshot = snapshotOf(part('ipset-save', 'ipset-save', '', { status: 'failed', reason: denied }));
    assert.match(only(problemsOf(snapshot), 'part-failed').message, /needs root .* Read the node as root/);
  });

  it('a tool that is not there is none', () => {
    const missing = { code: 'tool-not-found', message: 'ipset is not installed.', args: {} };
    assert.deepEqual(
      problemsOf(snapshotOf(part('ipset-save', 'ipset-save', '', { status: 'missing', reason: missing }))),
      [],
    );
  });

  for (const mode of ['iptables', 'nftables'] as const) {
    it(`what the ${mode} mode needs and is not there`, () => {
      only(problemsOf(snapshotOf(), mode), 'part-missing');
    });
  }

  it('virtual servers that stand only in a list', () => {
    const list = 'Prot LocalAddress:Port Scheduler Flags\nTCP  10.96.0.1:443 rr\n';
    const problems = problemsOf(snapshotOf(part('ipvsadm.txt', 'ipvsadm-stats', list)));
    assert.deepEqual(
      problems.map(({ code, args }) => [code, args['kind']]),
      [
        ['part-missing', 'ipvsadm-save'],
        ['part-missing', 'ipset-save'],
      ],
    );
  });

  it('a file of which nobody knows what it is', () => {
    only(problemsOf(snapshotOf(part('notes.txt', 'unrecognised', 'hello'))), 'part-unrecognised');
  });

  it('an empty file of which nobody knows what it is', () => {
    only(problemsOf(snapshotOf(part('notes.txt', 'unrecognised', '\n'))), 'part-empty');
  });

  it('objects among the dumps that are not valid', () => {
    const broken = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":"x"}]}}';
    only(problemsOf(snapshotOf(part('objects.json', 'kubernetes-objects', broken))), 'object-invalid');
  });
});
