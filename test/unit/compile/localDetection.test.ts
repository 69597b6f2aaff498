import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { iptablesLocalDetection, nftablesLocalDetection } from '../../../agent/compile/localDetection.ts';
import type { LocalDetector } from '../../../agent/compile/proxyOptions.ts';
import type { IpFamily } from '../../../agent/model/address.ts';

type Forms = readonly [ifLocal: string, ifNotLocal: string] | undefined;

const cases: readonly [name: string, detector: LocalDetector, family: IpFamily, iptables: Forms, nftables: Forms][] = [
  ['nothing', { kind: 'none' }, 'ipv4', undefined, undefined],
  [
    'the cluster CIDR',
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
    'ipv4',
    ['-s 10.244.0.0/16', '! -s 10.244.0.0/16'],
    ['ip saddr 10.244.0.0/16', 'ip saddr != 10.244.0.0/16'],
  ],
  [
    'the first cluster CIDR of the family, as the network that it is in',
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'FD00:1::7/64', 'fd00:2::/64'] },
    'ipv6',
    ['-s fd00:1::/64', '! -s fd00:1::/64'],
    ['ip6 saddr fd00:1::/64', 'ip6 saddr != fd00:1::/64'],
  ],
  [
    'a cluster CIDR of one address',
    { kind: 'clusterCidr', cidrs: ['10.244.0.1/32'] },
    'ipv4',
    ['-s 10.244.0.1/32', '! -s 10.244.0.1/32'],
    ['ip saddr 10.244.0.1', 'ip saddr != 10.244.0.1'],
  ],
  [
    'a cluster CIDR of the other family',
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
    'ipv6',
    undefined,
    undefined,
  ],
  [
    'a bridge',
    { kind: 'bridgeInterface', name: 'cbr0' },
    'ipv6',
    ['-i cbr0', '! -i cbr0'],
    ['iifname "cbr0"', 'iifname != "cbr0"'],
  ],
  [
    'how interfaces are called',
    { kind: 'interfaceNamePrefix', prefix: 'cali' },
    'ipv4',
    ['-i cali+', '! -i cali+'],
    ['iifname "cali*"', 'iifname != "cali*"'],
  ],
];

describe('local traffic is told', () => {
  for (const [name, detector, family, iptables, nftables] of cases) {
    it(`by ${name}`, () => {
      const forms = (found: { ifLocal: string; ifNotLocal: string } | undefined) =>
        found && [found.ifLocal, found.ifNotLocal];
      assert.deepEqual(forms(iptablesLocalDetection(detector, family)), iptables);
      assert.deepEqual(forms(nftablesLocalDetection(detector, family)), nftables);
    });
  }
});
