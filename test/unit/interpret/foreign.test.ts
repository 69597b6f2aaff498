import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import { natDump, part, snapshotOf, tableDump } from './dumps.ts';

describe('rules that belong to no Service', () => {
  it('are grouped by who wrote them', () => {
    const snapshot = snapshotOf(
      part(
        'iptables-save',
        'iptables-save',
        tableDump(
          'filter',
          `-A INPUT -j KUBE-FIREWALL
           -A INPUT -j f2b-sshd
           -A FORWARD -j DOCKER-USER
           -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
           -A FORWARD -i docker0 -j ACCEPT
           -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
           -A DOCKER-USER -j RETURN
           -A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT
           -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
           -A cali-FORWARD -j MARK --set-xmark 0x10000/0x10000
           -A cali-FORWARD -j ACCEPT
           -A f2b-sshd -j RETURN
           -A ufw-user-input -j RETURN`,
        ),
      ),
      part(
        'ipset-save',
        'ipset-save',
        'create cali40s:abc hash:net family inet hashsize 1024 maxelem 1048576\nadd cali40s:abc 10.0.0.0/8\n',
      ),
    );
    const { foreign, sets, baseChains } = interpretSnapshot(snapshot, { mode: 'auto' });
    assert.deepEqual(
      foreign.map(({ owner, rules, chains, sets: own, rulesElsewhere }) => [
        owner,
        rules,
        chains.map(({ name }) => name),
        own.length,
        rulesElsewhere.map(({ line }) => line),
      ]),
      [
        ['calico', 3, ['cali-FORWARD'], 1, [14]],
        ['docker', 2, ['DOCKER-USER'], 0, [13]],
        ['flannel', 2, ['FLANNEL-FWD'], 0, [16]],
        ['kubelet', 2, ['KUBE-FIREWALL'], 0, [11]],
        ['fail2ban', 2, ['f2b-sshd'], 0, [12]],
        ['ufw', 1, ['ufw-user-input'], 0, []],
        ['unknown', 1, [], 0, [15]],
      ],
    );
    assert.deepEqual(
      sets.map(({ name, entries, owner }) => [name, entries, owner]),
      [['cali40s:abc', 1, 'calico']],
    );
    assert.deepEqual(
      baseChains.map(({ name, hook, priority, policy }) => [name, hook, priority, policy]),
      [
        ['INPUT', 'input', 0, 'ACCEPT'],
        ['FORWARD', 'forward', 0, 'ACCEPT'],
        ['OUTPUT', 'output', 0, 'ACCEPT'],
      ],
    );
  });

  it('of nftables are grouped by their table, and iptables-nft tables are not shown twice', () => {
    const text = `table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
	}
}
table inet firewalld {
	set blocked {
		type ipv4_addr
		elements = { 192.0.2.1 }
	}
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ip saddr @blocked drop
	}
	chain filter_IN_public {
		tcp dport 22 accept
	}
}
`;
    const nft = part('nft.txt', 'nft-text', text);
    const iptables = natDump('');
    const { foreign, baseChains, backends } = interpretSnapshot(snapshotOf(iptables, nft), { mode: 'auto' });
    assert.deepEqual(
      foreign.map(({ owner, chains, sets }) => [owner, chains.map(({ name }) => name), sets.map(({ name }) => name)]),
      [['firewalld', ['filter_INPUT', 'filter_IN_public'], ['blocked']]],
    );
    assert.deepEqual(
      baseChains
        .filter(({ backend }) => backend === 'nftables')
        .map(({ table, name, hook, priority }) => [table, name, hook, priority]),
      [['firewalld', 'filter_INPUT', 'input', 10]],
    );
    assert.deepEqual(backends, { iptables: [], nftables: true, ipvs: false });
    const alone = interpretSnapshot(snapshotOf(nft), { mode: 'auto' });
    assert.ok(alone.baseChains.some(({ table, name }) => table === 'nat' && name === 'PREROUTING'));
  });

  it('have locations that lead to their lines', () => {
    const dump = natDump(
      '-A POSTROUTING -s 172.17.0.0/16 -j DOCKER\n-A DOCKER -j RETURN\n-A DOCKER -i docker0 -j RETURN',
    );
    const { foreign } = interpretSnapshot(snapshotOf(dump), { mode: 'auto' });
    const lines = dump.text.split('\n');
    const [docker] = foreign;
    assert.equal(lines[docker?.chains[0]?.location.line ?? -1], ':DOCKER - [0:0]');
    assert.deepEqual(
      docker?.chains[0]?.ruleLocations.map(({ line }) => lines[line]),
      ['-A DOCKER -j RETURN', '-A DOCKER -i docker0 -j RETURN'],
    );
    assert.deepEqual(
      docker.rulesElsewhere.map(({ line }) => lines[line]),
      ['-A POSTROUTING -s 172.17.0.0/16 -j DOCKER'],
    );
  });
});
