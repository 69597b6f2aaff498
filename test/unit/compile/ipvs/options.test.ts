import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assumedKernelFacts,
  completeProxyOptions,
  type GivenProxyOptions,
} from '../../../../agent/compile/defaultProxyOptions.ts';
import { compileIpvs } from '../../../../agent/compile/ipvs/compileIpvs.ts';
import { ipvsSysctls } from '../../../../agent/compile/ipvs/ipvsSysctls.ts';
import { virtualServerOwners } from '../../../../agent/compile/ipvs/virtualServerOwners.ts';
import type { KernelFacts, ProxyOptions } from '../../../../agent/compile/proxyOptions.ts';
import type { ResolvedServicePort } from '../../../../agent/compile/resolvedService.ts';
import { ipvsSetFamily } from '../../../../agent/model/ipvsSets.ts';

const here = { ip: '10.244.0.2', port: 8080, address: '10.244.0.2:8080', isLocal: true };
const there = { ip: '10.244.1.3', port: 8080, address: '10.244.1.3:8080', isLocal: false };

const web: ResolvedServicePort = {
  namespace: 'shop',
  serviceName: 'web',
  portName: '',
  name: 'shop/web',
  protocol: 'tcp',
  clusterIp: '10.96.0.10',
  port: 80,
  nodePort: 0,
  externalIps: [],
  loadBalancerIps: [],
  loadBalancerSourceRanges: [],
  healthCheckNodePort: 0,
  affinitySeconds: undefined,
  externalPolicyLocal: false,
  internalPolicyLocal: false,
  externallyAccessible: false,
  usesClusterEndpoints: true,
  usesLocalEndpoints: false,
  clusterEndpoints: [here, there],
  localEndpoints: [],
  allLocallyReachableEndpoints: [here, there],
  endpointsOnNode: [here],
  hasAnyEndpoints: true,
  endpointCount: 2,
};

function optionsWith(given: Partial<GivenProxyOptions>, kernel: Partial<KernelFacts> = {}): ProxyOptions {
  return completeProxyOptions(
    { nodeName: 'testnode', nodeIps: ['192.168.7.2'], ...given },
    { ...assumedKernelFacts(['192.168.7.2']), ...kernel },
  );
}

function compile(port: Partial<ResolvedServicePort>, options: ProxyOptions = optionsWith({})) {
  return compileIpvs([{ ...web, ...port }], options, 'ipv4');
}

function natRules(port: Partial<ResolvedServicePort>, options: ProxyOptions, chain: string): readonly string[] {
  return compile(port, options).iptables.tables.get('nat')?.chains.get(chain) ?? [];
}

function entries(port: Partial<ResolvedServicePort>, set: string, options?: ProxyOptions): string[] {
  return [...(compile(port, options).ipsets.get(set)?.entries ?? [])];
}

const clusterIpMatch =
  '-m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP';

describe('what ipvs mode makes of options', () => {
  const detectors: readonly [what: string, given: Partial<GivenProxyOptions>, rule: string][] = [
    ['no detector', {}, `${clusterIpMatch} src,dst -j KUBE-MARK-MASQ`],
    ['masqueradeAll', { masqueradeAll: true }, `${clusterIpMatch} dst,dst -j KUBE-MARK-MASQ`],
    [
      'a bridge',
      { localDetector: { kind: 'bridgeInterface', name: 'cni0' } },
      `! -i cni0 ${clusterIpMatch} dst,dst -j KUBE-MARK-MASQ`,
    ],
    [
      "interfaces' names",
      { localDetector: { kind: 'interfaceNamePrefix', prefix: 'veth' } },
      `! -i veth+ ${clusterIpMatch} dst,dst -j KUBE-MARK-MASQ`,
    ],
    [
      "the other family's cluster CIDR",
      { localDetector: { kind: 'clusterCidr', cidrs: ['fd00::/64'] } },
      `${clusterIpMatch} src,dst -j KUBE-MARK-MASQ`,
    ],
  ];
  for (const [what, given, rule] of detectors) {
    it(`masquerades what comes to cluster IPs by ${what}`, () => {
      assert.equal(natRules({}, optionsWith(given), 'KUBE-SERVICES')[1], rule);
    });
  }

  it('marks packets with the chosen bit, the highest too', () => {
    assert.deepEqual(natRules({}, optionsWith({ masqueradeBit: 31 }), 'KUBE-MARK-MASQ'), [
      '-j MARK --set-xmark 0x80000000/0x80000000',
    ]);
  });

  it('leaves out --random-fully where iptables cannot', () => {
    const rules = natRules({}, optionsWith({}, { masqueradeRandomFully: false }), 'KUBE-POSTROUTING');
    assert.equal(rules.at(-1), '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE');
  });

  it('writes no rule for sets without entries, and the fixed ones without any Service', () => {
    const { iptables, ipsets } = compileIpvs([], optionsWith({}), 'ipv6');
    assert.deepEqual(iptables.tables.get('nat')?.chains.get('KUBE-SERVICES'), [
      '-s ::1/128 -j RETURN',
      '-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
    ]);
    assert.equal(ipsets.size, 17);
    for (const name of ipsets.keys()) {
      assert.ok(name.length <= 31, name);
      assert.equal(ipvsSetFamily(name), 'ipv6', name);
    }
  });

  it('takes the scheduler for all virtual servers, with the one flag that kube-proxy sets', () => {
    const of = (scheduler: string) => {
      const server = compile({}, optionsWith({ ipvs: { scheduler } })).virtualServers.get('tcp 10.96.0.10:80');
      return [server?.scheduler, server?.flags];
    };
    assert.deepEqual(of('sh'), ['sh', []]);
    assert.deepEqual(of('mh'), ['mh', ['mh-port']]);
    assert.deepEqual(of(''), ['rr', []]);
  });

  it('opens node ports on the chosen addresses, never on loopback', () => {
    const addresses = ['127.0.0.1', '192.168.7.2', '10.1.1.1'].map((ip) => ({
      ip,
      prefixLength: 24,
      interfaceName: 'a',
    }));
    const keys = (nodePortAddresses: readonly string[]) =>
      [...compile({ nodePort: 30080 }, optionsWith({ nodePortAddresses }, { addresses })).virtualServers.keys()].slice(
        1,
      );
    assert.deepEqual(keys([]), ['tcp 10.1.1.1:30080', 'tcp 192.168.7.2:30080']);
    assert.deepEqual(keys(['10.0.0.0/8', '127.0.0.0/8']), ['tcp 10.1.1.1:30080']);
    assert.deepEqual(keys(['primary']), ['tcp 192.168.7.2:30080']);
  });

  it('has neither node port nor health check where no address takes node ports', () => {
    const options = optionsWith({ nodePortAddresses: ['172.16.0.0/16'] });
    const port = { nodePort: 30080, healthCheckNodePort: 30081 };
    assert.deepEqual(entries(port, 'KUBE-NODE-PORT-TCP', options), []);
    assert.deepEqual(entries(port, 'KUBE-HEALTH-CHECK-NODE-PORT', options), []);
    assert.deepEqual(entries(port, 'KUBE-HEALTH-CHECK-NODE-PORT'), ['30081']);
  });

  it('names the address of SCTP node ports', () => {
    const port = { protocol: 'sctp', nodePort: 30080, externalPolicyLocal: true } as const;
    assert.deepEqual(entries(port, 'KUBE-NODE-PORT-SCTP-HASH'), ['192.168.7.2,sctp:30080']);
    assert.deepEqual(entries(port, 'KUBE-NODE-PORT-LOCAL-SCTP-HASH'), ['192.168.7.2,sctp:30080']);
  });

  it('leaves external addresses that the node has where they are', () => {
    const { serviceDevice, virtualServers } = compile({ externalIps: ['192.168.7.2', '192.0.2.1'] });
    assert.deepEqual([...(serviceDevice?.addresses ?? [])], ['10.96.0.10', '192.0.2.1']);
    assert.ok(virtualServers.has('tcp 192.168.7.2:80'));
  });

  it('closes a load balancer to the node unless its source ranges hold the node', () => {
    const port = { loadBalancerIps: ['203.0.113.1'], loadBalancerSourceRanges: ['198.51.100.7/32'] };
    const outFilter = (ranges: readonly string[]) =>
      compile({ ...port, loadBalancerSourceRanges: ranges })
        .iptables.tables.get('filter')
        ?.chains.get('KUBE-IPVS-OUT-FILTER');
    assert.deepEqual(outFilter(port.loadBalancerSourceRanges), [
      '-s 203.0.113.1/32 -m ipvs --vproto 6 --vaddr 203.0.113.1 --vport 80 -j DROP',
    ]);
    assert.deepEqual(entries(port, 'KUBE-LOAD-BALANCER-SOURCE-CIDR'), ['203.0.113.1,tcp:80,198.51.100.7']);
    assert.deepEqual(outFilter(['198.51.100.7/32', '192.168.0.0/16']), []);
  });

  it('gives policy Local the other endpoints where none is on the node', () => {
    const port = { nodePort: 30080, externalPolicyLocal: true, internalPolicyLocal: true };
    const servers = (localEndpoints: ResolvedServicePort['localEndpoints']) =>
      [...compile({ ...port, localEndpoints }).virtualServers.values()].map(({ realServers }) => [
        ...realServers.keys(),
      ]);
    assert.deepEqual(servers([here]), [[here.address], [here.address]]);
    assert.deepEqual(servers([]), [
      [here.address, there.address],
      [here.address, there.address],
    ]);
  });

  it('makes room for more entries than kube-proxy can keep', () => {
    const endpointsOnNode = Array.from({ length: 70_000 }, (_, index) => ({
      ...here,
      ip: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    }));
    assert.equal(compile({ endpointsOnNode }).ipsets.get('KUBE-LOOP-BACK')?.options, 'family inet maxelem 131072');
  });

  it('makes the settings of kube-proxy, by kernel and strictARP', () => {
    const settings = new Map([
      ['net/ipv4/vs/conntrack', '1'],
      ['net/ipv4/vs/expire_nodest_conn', '1'],
      ['net/ipv4/vs/expire_quiescent_template', '1'],
      ['net/ipv4/ip_forward', '1'],
    ]);
    assert.deepEqual(ipvsSysctls(optionsWith({})), settings);
    assert.deepEqual(ipvsSysctls(optionsWith({}, { release: '6.1.0-56-amd64' })), settings);
    assert.equal(
      ipvsSysctls(optionsWith({}, { release: '5.4.0-200-generic' })).get('net/ipv4/vs/conn_reuse_mode'),
      '0',
    );
    assert.equal(ipvsSysctls(optionsWith({}, { release: '5.10.0' })).has('net/ipv4/vs/conn_reuse_mode'), false);
    const strict = ipvsSysctls(optionsWith({ ipvs: { strictArp: true } }));
    assert.equal(strict.get('net/ipv4/conf/all/arp_ignore'), '1');
    assert.equal(strict.get('net/ipv4/conf/all/arp_announce'), '2');
  });

  it('knows the Service of every virtual server', () => {
    const port = { ...web, nodePort: 30080, externalIps: ['192.0.2.1'], loadBalancerIps: ['203.0.113.1'] };
    const options = optionsWith({});
    const owners = virtualServerOwners([port], options, 'ipv4');
    assert.deepEqual([...owners.keys()].sort(), [...compileIpvs([port], options, 'ipv4').virtualServers.keys()].sort());
    assert.deepEqual(new Set(owners.values()), new Set(['shop/web']));
  });
});
