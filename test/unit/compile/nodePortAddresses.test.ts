import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import { type NodePortAddresses, resolveNodePortAddresses } from '../../../agent/compile/nodePortAddresses.ts';
import type { KernelFacts } from '../../../agent/compile/proxyOptions.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { ServiceMode } from '../../../agent/model/serviceRules.ts';

const addresses: KernelFacts['addresses'] = [
  { ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' },
  { ip: '::1', prefixLength: 128, interfaceName: 'lo' },
  { ip: '192.0.2.10', prefixLength: 24, interfaceName: 'eth0' },
  { ip: '10.0.0.10', prefixLength: 16, interfaceName: 'eth1' },
  { ip: '10.0.0.9', prefixLength: 16, interfaceName: 'eth1' },
  { ip: '10.0.0.9', prefixLength: 16, interfaceName: 'eth2' },
  { ip: 'fd00::10', prefixLength: 64, interfaceName: 'eth0' },
  { ip: 'fe80::10', prefixLength: 64, interfaceName: 'eth0' },
];
const every4 = ['10.0.0.10', '10.0.0.9', '127.0.0.1', '192.0.2.10'];
const every6 = ['::1', 'fd00::10', 'fe80::10'];

interface Case {
  readonly name: string;
  readonly given?: readonly string[];
  readonly mode?: ServiceMode;
  readonly family?: IpFamily;
  readonly nodeIps?: readonly string[];
  readonly expected: readonly [all: boolean, ips: readonly string[], containsIpv4Loopback: boolean];
}

const cases: readonly Case[] = [
  { name: 'iptables opens them everywhere', expected: [true, every4, true] },
  { name: 'ipvs opens them everywhere', mode: 'ipvs', expected: [true, every4, true] },
  { name: 'iptables opens them everywhere in IPv6', family: 'ipv6', expected: [true, every6, false] },
  { name: "nftables opens the node's own", mode: 'nftables', expected: [false, ['192.0.2.10'], false] },
  {
    name: "nftables opens the node's own in IPv6",
    mode: 'nftables',
    family: 'ipv6',
    expected: [false, ['fd00::10'], false],
  },
  {
    name: 'nftables opens them everywhere where the node has no address of the family',
    mode: 'nftables',
    family: 'ipv6',
    nodeIps: ['192.0.2.10', '::'],
    expected: [true, every6, false],
  },
  {
    name: 'a loopback address is not the own one',
    given: ['primary'],
    nodeIps: ['127.0.0.1'],
    expected: [true, every4, true],
  },
  { name: "primary is the node's own in any mode", given: ['primary'], expected: [false, ['192.0.2.10'], false] },
  { name: 'a block', given: ['10.0.0.0/16'], expected: [false, ['10.0.0.10', '10.0.0.9'], false] },
  { name: 'a block for nftables', given: ['10.0.0.9/32'], mode: 'nftables', expected: [false, ['10.0.0.9'], false] },
  { name: 'a block that no address is in', given: ['172.16.0.0/12'], expected: [false, [], false] },
  {
    name: 'a block of the other family leaves all open',
    given: ['10.0.0.0/16'],
    family: 'ipv6',
    expected: [true, every6, false],
  },
  { name: 'loopback', given: ['127.0.0.0/8'], expected: [false, ['127.0.0.1'], true] },
  { name: 'one address of loopback', given: ['127.0.0.1/32'], expected: [false, ['127.0.0.1'], true] },
  { name: 'a block that loopback is in', given: ['64.0.0.0/2'], expected: [false, ['127.0.0.1'], true] },
  { name: 'loopback of IPv6', given: ['::1/128'], family: 'ipv6', expected: [false, ['::1'], false] },
  { name: 'every address and a block', given: ['10.0.0.0/16', '0.0.0.0/0'], expected: [true, every4, true] },
];

describe('the addresses that take node ports', () => {
  for (const { name, given, mode = 'iptables', family = 'ipv4', nodeIps, expected } of cases) {
    it(name, () => {
      const options = completeProxyOptions(
        { nodeName: 'n', nodeIps: nodeIps ?? ['192.0.2.10', 'fd00::10'], nodePortAddresses: given },
        { addresses, nfacctCounters: new Set(), conntrackTcpLiberal: false, masqueradeRandomFully: true },
      );
      const [all, ips, containsIpv4Loopback] = expected;
      assert.deepEqual(resolveNodePortAddresses(options, mode, family), {
        all,
        ips,
        containsIpv4Loopback,
      } satisfies NodePortAddresses);
    });
  }
});
