import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalRule } from '../../../../agent/plan/iptables/normalRule.ts';

/** Each line: ways to print one rule. */
const same: readonly (readonly [string, ...string[]])[] = [
  [
    '-d 10.96.0.10/32 -p tcp -m comment --comment "default/app1 cluster IP" -m tcp --dport 80 -j KUBE-SVC-A',
    '-p tcp -d 10.96.0.10 -m tcp --dport 80 -m comment --comment "default/app1 cluster IP" -j KUBE-SVC-A',
    '-d 10.96.0.10/255.255.255.255 -p 6  -m comment --comment "default/app1 cluster IP" -m tcp --dport 80 -j KUBE-SVC-A',
  ],
  ['-d fd00::1/128 -j RETURN', '-d fd00::1 -j RETURN', '-d fd00::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff -j RETURN'],
  ['-s 0.0.0.0/0 -j RETURN', '-j RETURN'],
  ['-p tcp -m tcp -j DNAT --to-destination 10.0.0.2:8080', '-p tcp -j DNAT --to-destination 10.0.0.2:8080'],
  ['-p 132 -m sctp --dport 80 -j RETURN', '-p sctp -m sctp --dport 80 -j RETURN'],
  [
    '-m statistic --mode random --probability 0.33333333349 -j A',
    '-m statistic --mode random --probability 0.3333333335 -j A',
  ],
  ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'],
  ['-m mark --mark 0x4000/0x4000 -j ACCEPT', '-m mark --mark 0x00004000/0x00004000 -j ACCEPT'],
  ['-j MARK --set-xmark 0x4000/0x4000', '-j MARK --or-mark 0x4000'],
  ['-j MARK --set-xmark 0x4000/0x0', '-j MARK --xor-mark 0x4000'],
  ['-j MARK --set-xmark 0x4000/0xffffffff', '-j MARK --set-mark 0x4000'],
  ['-j MARK --set-xmark 0x0/0xffffbfff', '-j MARK --and-mark 0x4000'],
  ['-m comment --comment portal -j KUBE-SERVICES', '-m comment --comment "portal" -j KUBE-SERVICES'],
  ['-m nfacct --nfacct-name  packets -j DROP', '-m nfacct --nfacct-name packets -j DROP'],
];

const different: readonly (readonly [string, string])[] = [
  ['-d 10.96.0.1/32 -j RETURN', '-d 10.96.0.1/24 -j RETURN'],
  ['-d 10.96.0.1/32 -j RETURN', '-s 10.96.0.1/32 -j RETURN'],
  ['-d 10.96.0.1/32 -j RETURN', '! -d 10.96.0.1/32 -j RETURN'],
  ['-d fd00::1/32 -j RETURN', '-d fd00::1 -j RETURN'],
  ['! -s 0.0.0.0/0 -j RETURN', '-j RETURN'],
  ['-p tcp -m tcp --dport 80 -j RETURN', '-p tcp -m tcp --dport 81 -j RETURN'],
  ['-p tcp -m tcp --dport 80 -j RETURN', '-p tcp -m tcp --sport 80 -j RETURN'],
  ['-p tcp -m tcp --dport 80 -j RETURN', '-p udp -m udp --dport 80 -j RETURN'],
  ['-p tcp -j RETURN', '-j RETURN'],
  ['-m statistic --mode random --probability 0.33333333349 -j A', '-m statistic --mode random --probability 0.34 -j A'],
  [
    '-m nfacct --nfacct-name a -m recent --rcheck --name b -j A',
    '-m recent --rcheck --name b -m nfacct --nfacct-name a -j A',
  ],
  ['-m comment --comment "a" -j A', '-m comment --comment "b" -j A'],
  ['-j A', '-g A'],
  ['-j A', '-j B'],
  ['-j MARK --set-xmark 0x4000/0x4000', '-j MARK --set-xmark 0x4000/0x0'],
  ['-m mark --mark 0x4000/0x4000 -j A', '-m mark --mark 0x4000/0x8000 -j A'],
  ['-j MASQUERADE', '-j MASQUERADE --random-fully'],
  ['-j REJECT --reject-with icmp-port-unreachable', '-j REJECT --reject-with tcp-reset'],
];

describe('the normal form of a rule', () => {
  for (const [rule, ...others] of same) {
    it(`is the same for other ways to write ${rule}`, () => {
      for (const other of others) assert.equal(normalRule(other), normalRule(rule));
    });
  }

  for (const [rule, other] of different) {
    it(`tells ${rule} from ${other}`, () => assert.notEqual(normalRule(rule), normalRule(other)));
  }
});
