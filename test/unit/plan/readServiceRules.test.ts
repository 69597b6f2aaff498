import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot, SnapshotPart } from '../../../agent/model/snapshot.ts';
import { modeOf } from '../../../agent/plan/modeOf.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';

const modes = ['iptables', 'ipvs', 'nftables'] as const;

/** A recorded case with rules in a backend, as a live snapshot has them. */
function inBackend(snapshot: Snapshot, backend: 'legacy' | 'nf_tables'): SnapshotPart[] {
  return snapshot.parts.map((part) => (part.kind === 'iptables-save' ? { ...part, backend } : part));
}

const foreignRules = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n';

describe('reading what programs Services', () => {
  for (const mode of modes) {
    it(`finds the mode ${mode} that was recorded`, () => {
      const { rules, problems } = readServiceRules(goldenSnapshot('mixed-60', mode));
      assert.equal(modeOf(rules), mode);
      assert.deepEqual(problems, []);
      assert.equal(ruleDifferences(rules, rules), 0);
    });
  }

  it('finds each part of ipvs mode', () => {
    const ipv4 = readServiceRules(goldenSnapshot('classic', 'ipvs')).rules.families.get('ipv4');
    assert.deepEqual([...(ipv4?.virtualServers.keys() ?? [])], ['tcp 10.96.0.10:80']);
    assert.deepEqual([...(ipv4?.serviceDevice?.addresses ?? [])], ['10.96.0.10']);
    assert.equal(ipv4?.ipsets.get('KUBE-CLUSTER-IP')?.entries.size, 1);
    assert.equal(ipv4?.iptables.tables.get('nat')?.chains.has('KUBE-NODE-PORT'), true);
    assert.equal(ipv4?.nftables, undefined);
  });

  it('takes only the kernel settings that kube-proxy writes', () => {
    const text = 'net.ipv4.ip_forward = 1\nnet.netfilter.nf_conntrack_count = 7\nnet.ipv4.vs.conntrack = 1\n';
    const { rules } = readServiceRules(snapshotOf(partWith('sysctls', 'sysctls', text)));
    assert.deepEqual(
      [...rules.sysctls],
      [
        ['net/ipv4/ip_forward', '1'],
        ['net/ipv4/vs/conntrack', '1'],
      ],
    );
  });

  it("takes the backend that kube-proxy's rules are in, however many others there are", () => {
    const legacy = inBackend(goldenSnapshot('classic', 'iptables'), 'legacy');
    const others = partWith('iptables-save', 'iptables-save', foreignRules.replace('-A', '-A INPUT -j DROP\n-A'), {
      family: 'ipv4',
      backend: 'nf_tables',
    });
    const read = readServiceRules(snapshotOf(...legacy, others));
    assert.equal(read.backend, 'legacy');
    assert.deepEqual(read.backends, ['legacy']);
    assert.equal(read.rules.families.get('ipv4')?.iptables.tables.get('nat')?.chains.has('KUBE-SERVICES'), true);
    assert.equal(read.rules.otherBackend?.size, 0);
  });

  it('tells of rules in both backends', () => {
    const snapshot = goldenSnapshot('classic', 'iptables');
    const parts = [...inBackend(snapshot, 'legacy'), ...inBackend(snapshot, 'nf_tables')];
    const read = readServiceRules(snapshotOf(...parts), { backend: 'nf_tables' });
    assert.deepEqual([...read.backends].sort(), ['legacy', 'nf_tables']);
    assert.equal(read.rules.otherBackend?.get('ipv4')?.backend, 'legacy');
  });

  it('follows the chains of kubelet where kube-proxy has none', () => {
    const hint = '*mangle\n:PREROUTING ACCEPT [0:0]\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT\n';
    const many = foreignRules.replace('-A', '-A INPUT -j DROP\n-A INPUT -j DROP\n-A');
    const { backend } = readServiceRules(
      snapshotOf(
        partWith('iptables-save', 'iptables-save', many, { family: 'ipv4', backend: 'nf_tables' }),
        partWith('iptables-legacy-save', 'iptables-save', hint, { family: 'ipv4', backend: 'legacy' }),
      ),
    );
    assert.equal(backend, 'legacy');
  });

  it('takes the backend of the plain program where nothing tells', () => {
    const of = (id: string, backend: 'legacy' | 'nf_tables') =>
      partWith(id, 'iptables-save', '', { family: 'ipv4', backend });
    const { backend } = readServiceRules(
      snapshotOf(of('iptables-nft-save', 'nf_tables'), of('iptables-save', 'legacy')),
    );
    assert.equal(backend, 'legacy');
  });

  it('tells which part could not be read', () => {
    const reason = { code: 'timed-out', message: 'It did not finish.', args: {} };
    const part = partWith('ipset-save', 'ipset-save', '', { status: 'failed', reason });
    assert.deepEqual(readServiceRules(snapshotOf(part)).problems, [{ part: 'ipset-save', reason }]);
  });

  it('counts nothing as unread that the node does not have', () => {
    const absent = { code: 'not-in-use', message: 'The kernel holds nothing of it.', args: {} };
    const noTool = { code: 'tool-not-found', message: 'It is not installed.', args: {} };
    const { problems } = readServiceRules(
      snapshotOf(
        partWith('ipset-save', 'ipset-save', '', { status: 'missing', reason: absent }),
        partWith('iptables-save', 'iptables-save', foreignRules, { family: 'ipv4', backend: 'nf_tables' }),
        partWith('iptables-legacy-save', 'iptables-save', '', {
          family: 'ipv4',
          backend: 'legacy',
          status: 'missing',
          reason: noTool,
        }),
      ),
    );
    assert.deepEqual(problems, []);
  });
});
