import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArgs } from 'node:util';
import { proxyOptionFlags, readProxyFlags } from '../../../agent/cli/proxyOptionFlags.ts';
import { UsageError } from '../../../agent/cli/usageError.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import type { ProxyOptions } from '../../../agent/compile/proxyOptions.ts';

/** The options that a command line comes to on a node that nothing is known of. */
function optionsOf(argv: string): ProxyOptions {
  const { values } = parseArgs({ args: argv.split(' ').filter((word) => word !== ''), options: proxyOptionFlags });
  const flags = readProxyFlags(values);
  return completeProxyOptions({ ...flags, nodeName: flags.nodeName ?? '' }, assumedKernelFacts(flags.nodeIps));
}

const plain = optionsOf('');

describe('what kube-proxy would be told', () => {
  it('has its defaults', () => {
    const { kernel, ...options } = plain;
    assert.deepEqual(options, {
      nodeName: '',
      nodeIps: new Map(),
      zone: undefined,
      localDetector: { kind: 'none' },
      nodePortAddresses: [],
      masqueradeAll: false,
      masqueradeBit: 14,
      localhostNodePorts: true,
      ipvs: { scheduler: 'rr', strictArp: false, excludeCidrs: [], tcpTimeout: 0, tcpFinTimeout: 0, udpTimeout: 0 },
    });
    assert.deepEqual([kernel.nfacctCounters.size, kernel.conntrackTcpLiberal], [0, false]);
  });

  const both = new Map([
    ['ipv4', '192.0.2.10'],
    ['ipv6', 'fd00::10'],
  ] as const);
  const valid: readonly [argv: string, expected: Partial<ProxyOptions>][] = [
    ['--node n --zone z', { nodeName: 'n', zone: 'z' }],
    ['--node-ip 192.0.2.10,FD00:0::10', { nodeIps: both }],
    ['--node-ip 192.0.2.10 --ipv6', { nodeIps: new Map([...both, ['ipv6', '::']]) }],
    ['--node-ip 192.0.2.10,fd00::10 --ipv6', { nodeIps: both }],
    [
      '--cluster-cidr 10.244.1.0/16,fd00::/56',
      { localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00::/56'] } },
    ],
    ['--bridge-interface cbr0', { localDetector: { kind: 'bridgeInterface', name: 'cbr0' } }],
    ['--pod-interface-prefix veth', { localDetector: { kind: 'interfaceNamePrefix', prefix: 'veth' } }],
    ['--nodeport-addresses primary', { nodePortAddresses: ['primary'] }],
    ['--nodeport-addresses 10.0.0.1/8,fd00::1/64', { nodePortAddresses: ['10.0.0.0/8', 'fd00::/64'] }],
    ['--service-cidr 10.96.0.0/12', { serviceCidrs: ['10.96.0.0/12'] }],
    ['--masquerade-all --masquerade-bit 0', { masqueradeAll: true, masqueradeBit: 0 }],
    ['--no-localhost-nodeports', { localhostNodePorts: false }],
    ['--scheduler mh --strict-arp', { ipvs: { ...plain.ipvs, scheduler: 'mh', strictArp: true } }],
    [
      '--tcp-timeout 900 --tcp-fin-timeout 30 --udp-timeout 300 --exclude-cidrs 192.0.2.9/24',
      { ipvs: { ...plain.ipvs, tcpTimeout: 900, tcpFinTimeout: 30, udpTimeout: 300, excludeCidrs: ['192.0.2.0/24'] } },
    ],
  ];
  for (const [argv, expected] of valid) {
    it(argv, () => {
      const { kernel, ...options } = optionsOf(argv);
      const { kernel: _, ...rest } = plain;
      assert.deepEqual(options, { ...rest, ...expected });
      assert.ok(
        [...options.nodeIps.values()].every((ip) => ip === '::' || kernel.addresses.some((each) => each.ip === ip)),
      );
    });
  }

  const invalid = [
    '--node-ip here',
    '--node-ip 192.0.2.1,192.0.2.2',
    '--node-ip 192.0.2.1,',
    '--cluster-cidr 10.244.0.0',
    '--cluster-cidr 0.0.0.0/0',
    '--cluster-cidr fd00::/0',
    '--cluster-cidr 10.244.0.0/16 --bridge-interface cbr0',
    '--bridge-interface a/b',
    '--bridge-interface sixteencharacter',
    '--pod-interface-prefix cali+',
    '--nodeport-addresses primary,10.0.0.0/8',
    '--service-cidr 10.96.0.0/33',
    '--masquerade-bit 32',
    '--masquerade-bit=-1',
    '--masquerade-bit 0x4',
    '--scheduler wheel',
    '--tcp-timeout soon',
    '--exclude-cidrs x',
  ];
  for (const argv of invalid) {
    it(`${argv} is refused`, () => {
      assert.throws(() => optionsOf(argv), UsageError);
    });
  }
});
