import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import { loadCase } from '../../golden/cases.ts';
import { part, tableDump } from './dumps.ts';
import { only, problemsOf, withParts } from './foundProblems.ts';

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
