import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { ModelProblem } from '../../../agent/model/nodeModel.ts';
import type { ProxyMode } from '../../../agent/model/service.ts';
import type { Snapshot, SnapshotPart } from '../../../agent/model/snapshot.ts';
import { loadCase } from '../../golden/cases.ts';
import { brokenCase, part, snapshotOf, tableDump } from './dumps.ts';

function problemsOf(snapshot: Snapshot, mode: 'auto' | ProxyMode = 'auto'): readonly ModelProblem[] {
  return interpretSnapshot(snapshot, { mode }).problems;
}

/** The text of the line that a problem points at. */
function pointedAt(snapshot: Snapshot, { location }: ModelProblem): string {
  const text = snapshot.parts.find(({ id }) => id === location?.part)?.text ?? '';
  return text.split('\n')[location?.line ?? -1] ?? '';
}

/** Expects exactly one problem of that code, and returns it. */
function only(problems: readonly ModelProblem[], code: string): ModelProblem {
  assert.deepEqual(
    problems.map((problem) => problem.code),
    [code],
  );
  const [problem] = problems;
  assert.ok(problem);
  assert.match(problem.message, /\.$/);
  return problem;
}

const legacyDump = (table: string, rules: string): SnapshotPart =>
  part('iptables-legacy-save', 'iptables-save', tableDump(table, rules, 'legacy'));

async function withParts(name: string, mode: string, ...parts: readonly SnapshotPart[]): Promise<Snapshot> {
  const snapshot = await loadCase(name, mode);
  return { ...snapshot, parts: [...snapshot.parts, ...parts] };
}

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

  it('chains of kube-router are none', async () => {
    const snapshot = await brokenCase('classic', 'iptables', 'iptables-save', (text) =>
      text.replace(
        /^:KUBE-SERVICES .*$/m,
        '$&\n:KUBE-POD-FW-AAAAAAAAAAAAAAAA - [0:0]\n:KUBE-NWPLCY-AAAAAAAAAAAAAAAA - [0:0]',
      ),
    );
    assert.deepEqual(problemsOf(snapshot), []);
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

describe('leftovers of another mode', () => {
  it('of iptables, in ipvs mode', async () => {
    const left = part(
      'ip6tables-save',
      'iptables-save',
      tableDump('nat', '-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-AAAAAAAAAAAAAAAA\n:KUBE-SEP-AAAAAAAAAAAAAAAA'),
      { family: 'ipv6', backend: 'legacy' },
    );
    const problems = problemsOf(await withParts('classic', 'ipvs', left));
    const leftover = problems.find(({ code }) => code === 'leftover-chains');
    assert.deepEqual(leftover?.args, {
      mode: 'iptables',
      current: 'ipvs',
      backend: 'legacy',
      family: 'ipv6',
      chains: 2,
    });
  });

  it('of ipvs, in iptables mode: virtual servers, addresses, sets and chains', async () => {
    const ipvs = await loadCase('random-1', 'ipvs');
    const left = ipvs.parts.filter(({ kind }) => kind !== 'iptables-save');
    const chains = part(
      'more',
      'iptables-save',
      tableDump('filter', '-A INPUT -j KUBE-IPVS-FILTER\n:KUBE-IPVS-FILTER'),
    );
    const snapshot = await withParts('random-1', 'iptables', ...left, chains);
    const problems = problemsOf(snapshot);
    assert.deepEqual(problems.map(({ code, args }) => [code, args['count'] ?? args['chains']]).sort(), [
      ['leftover-addresses', 13],
      ['leftover-chains', 1],
      ['leftover-sets', 17],
      ['leftover-virtual-servers', 27],
    ]);
    assert.equal(interpretSnapshot(snapshot, { mode: 'auto' }).mode, 'iptables');
  });

  it('virtual servers of another program are none', async () => {
    const keepalived = part(
      'ipvsadm-save',
      'ipvsadm-save',
      '-A -t 198.51.100.9:443 -s wlc\n-a -t 198.51.100.9:443 -r 10.1.1.1:443 -g -w 5\n',
    );
    assert.deepEqual(problemsOf(await withParts('classic', 'iptables', keepalived)), []);
  });

  it('of ipvs with IPv6 sets, in nftables mode', async () => {
    const sets = part(
      'ipset-save',
      'ipset-save',
      'create KUBE-6-CLUSTER-IP hash:ip,port family inet6 hashsize 1024 maxelem 65536\n',
    );
    only(problemsOf(await withParts('classic', 'nftables', sets)), 'leftover-sets');
  });

  it('of nftables, in ipvs mode', async () => {
    const { parts } = await loadCase('classic', 'nftables');
    const snapshot = await withParts('classic', 'ipvs', ...parts);
    const problem = problemsOf(snapshot, 'ipvs').find(({ code }) => code === 'leftover-table');
    assert.equal(problem?.args['table'], 'kube-proxy');
  });

  it('of iptables, in nftables mode', async () => {
    const { parts } = await loadCase('classic', 'iptables');
    const snapshot = await withParts('classic', 'nftables', ...parts);
    assert.equal(interpretSnapshot(snapshot, { mode: 'auto' }).mode, 'nftables');
    assert.equal(only(problemsOf(snapshot), 'leftover-chains').args['mode'], 'iptables');
  });

  it('of userspace, in iptables mode', async () => {
    const left = part(
      'more',
      'iptables-save',
      tableDump('nat', '-A PREROUTING -j KUBE-PORTALS-CONTAINER\n:KUBE-PORTALS-CONTAINER'),
    );
    assert.equal(
      only(problemsOf(await withParts('classic', 'iptables', left)), 'leftover-chains').args['mode'],
      'userspace',
    );
  });

  it("kubelet's chains are none in any mode", async () => {
    const nat =
      '-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000\n:KUBE-KUBELET-CANARY\n:KUBE-MARK-MASQ\n:KUBE-MARK-DROP';
    const filter = '-A INPUT -j KUBE-FIREWALL\n:KUBE-FIREWALL\n:KUBE-KUBELET-CANARY';
    const kubelet = part('more', 'iptables-save', tableDump('nat', nat) + tableDump('filter', filter));
    for (const mode of ['ipvs', 'nftables'])
      assert.deepEqual(problemsOf(await withParts('classic', mode, kubelet)), []);
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

  it('a file of which nobody knows what it is', () => {
    only(problemsOf(snapshotOf(part('notes.txt', 'unrecognised', 'hello'))), 'part-unrecognised');
  });

  it('objects among the dumps that are not valid', () => {
    const broken = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":"x"}]}}';
    only(problemsOf(snapshotOf(part('objects.json', 'kubernetes-objects', broken))), 'object-invalid');
  });
});
