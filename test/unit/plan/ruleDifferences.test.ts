import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, ServiceRules } from '../../../agent/model/serviceRules.ts';
import type { PartKind, Snapshot } from '../../../agent/model/snapshot.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

function read(snapshot: Snapshot): ServiceRules {
  return readServiceRules(snapshot).rules;
}

/** How much changes in the rules when some text does in what was read. */
function differences(mode: string, kind: PartKind, from: string, to: string): number {
  const snapshot = goldenSnapshot('classic', mode);
  const changed = snapshot.parts.map((part) =>
    part.kind === kind ? { ...part, text: part.text.replace(from, to) } : part,
  );
  assert.notDeepEqual(changed, snapshot.parts);
  const [before, after] = [read(snapshot), read({ ...snapshot, parts: changed })];
  assert.equal(ruleDifferences(after, before), ruleDifferences(before, after));
  return ruleDifferences(before, after);
}

describe('the differences of two states', () => {
  it('are none between two readings of the same', () => {
    for (const mode of ['iptables', 'ipvs', 'nftables']) {
      assert.equal(ruleDifferences(read(goldenSnapshot('mixed-60', mode)), read(goldenSnapshot('mixed-60', mode))), 0);
    }
  });

  const cases: readonly [what: string, mode: string, kind: PartKind, from: string, to: string, count: number][] = [
    ['a rule', 'iptables', 'iptables-save', '--to-destination 10.0.0.2:8080', '--to-destination 10.0.0.9:8080', 2],
    [
      'a rule that is missing',
      'iptables',
      'iptables-save',
      '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000\n',
      '',
      1,
    ],
    [
      'the order of rules',
      'iptables',
      'iptables-save',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n' +
        '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully\n',
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully\n' +
        '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0\n',
      1,
    ],
    [
      'a rule in a built-in chain',
      'iptables',
      'iptables-save',
      '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING\n',
      '',
      1,
    ],
    ['an entry of a set', 'ipvs', 'ipset-save', 'add KUBE-IPVS-IPS 10.96.0.10\n', '', 1],
    ["a set's size", 'ipvs', 'ipset-save', 'maxelem 65536', 'maxelem 65537', 1],
    ['a scheduler', 'ipvs', 'ipvsadm-save', '-s rr', '-s wrr', 1],
    ['persistence', 'ipvs', 'ipvsadm-save', '-s rr', '-s rr -p 300', 1],
    ['a real server', 'ipvs', 'ipvsadm-save', '-a -t 10.96.0.10:80 -r 10.0.0.3:8080 -m -w 1\n', '', 1],
    ['a weight', 'ipvs', 'ipvsadm-save', '10.0.0.3:8080 -m -w 1', '10.0.0.3:8080 -m -w 0', 1],
    ['the verdict of an element', 'nftables', 'nft-text', 'goto service-GX25I5IS-default/app1/tcp/', 'drop', 1],
    ['an element of a set', 'nftables', 'nft-text', '		elements = { 10.96.0.10 }\n', '', 1],
    ['a rule of a chain', 'nftables', 'nft-text', 'numgen random mod 3', 'numgen random mod 2', 2],
    ['the hook of a chain', 'nftables', 'nft-text', 'priority srcnat', 'priority 101', 1],
    ["a set's type", 'nftables', 'nft-text', '		type ipv4_addr\n', '		type ipv6_addr\n', 1],
  ];
  for (const [what, mode, kind, from, to, count] of cases) {
    it(`count ${what}`, () => {
      assert.equal(differences(mode, kind, from, to), count);
    });
  }

  it('count what only one side has', () => {
    const ipvs = read(goldenSnapshot('classic', 'ipvs'));
    const without = (part: Partial<FamilyRules>): ServiceRules => ({
      ...ipvs,
      families: new Map([...ipvs.families].map(([family, rules]) => [family, { ...rules, ...part }])),
    });
    assert.equal(ruleDifferences(ipvs, without({ virtualServers: new Map() })), 4);
    assert.equal(ruleDifferences(ipvs, without({ serviceDevice: undefined })), 2);
    assert.ok(ruleDifferences(ipvs, { families: new Map(), sysctls: new Map() }) > 30);
    const nftables = read(goldenSnapshot('classic', 'nftables'));
    assert.ok(ruleDifferences(nftables, { families: new Map(), sysctls: new Map() }) > 30);
  });

  it('count kernel settings that both sides know', () => {
    const of = (...entries: [string, string][]): ServiceRules => ({ families: new Map(), sysctls: new Map(entries) });
    assert.equal(ruleDifferences(of(['net/ipv4/ip_forward', '1']), of(['net/ipv4/ip_forward', '0'])), 1);
    assert.equal(ruleDifferences(of(['net/ipv4/vs/conntrack', '1']), of()), 0);
  });
});
