import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assumedKernelFacts,
  completeProxyOptions,
  type GivenProxyOptions,
} from '../../../../agent/compile/defaultProxyOptions.ts';
import { compileNftables } from '../../../../agent/compile/nftables/compileNftables.ts';
import type { ResolvedServicePort } from '../../../../agent/compile/resolvedService.ts';
import type { NftablesTable } from '../../../../agent/model/serviceRules.ts';
import { endpoints, servicePort } from './servicePort.ts';

const nodeIps = ['10.0.2.15', '2001:db8:f::15'];

function compiled(
  given: Partial<GivenProxyOptions> = {},
  ports: readonly ResolvedServicePort[] = [],
  family: 'ipv4' | 'ipv6' = 'ipv4',
): NftablesTable {
  const options = completeProxyOptions({ nodeName: 'node-a', nodeIps, ...given }, assumedKernelFacts(nodeIps));
  return compileNftables(ports, options, family);
}

function rulesOf(table: NftablesTable, chain: string): readonly string[] {
  return table.chains.get(chain)?.rules ?? [];
}

/** The one Service's chain whose name starts so. */
function chainOf(table: NftablesTable, start: string): readonly string[] {
  const [name = '', ...others] = [...table.chains.keys()].filter(
    (chain) => chain.startsWith(start) && chain.includes('/'),
  );
  assert.deepEqual(others, []);
  return rulesOf(table, name);
}

describe('the table of nftables mode', () => {
  it('opens node ports on the addresses of the node alone, unless told otherwise', () => {
    for (const [family, ip, words] of [
      ['ipv4', '10.0.2.15', 'ip'],
      ['ipv6', '2001:db8:f::15', 'ip6'],
    ] as const) {
      const table = compiled({}, [], family);
      assert.deepEqual([...(table.sets.get('nodeport-ips')?.elements.keys() ?? [])], [ip]);
      const match = `${words} daddr @nodeport-ips meta l4proto . th dport vmap`;
      assert.equal(rulesOf(table, 'services').at(-1), `${match} @service-nodeports`);
      assert.deepEqual(rulesOf(table, 'nodeport-endpoints-check'), [`${match} @no-endpoint-nodeports`]);
    }
  });

  it('never opens node ports on loopback', () => {
    const table = compiled({ nodePortAddresses: ['127.0.0.0/8', '10.0.0.0/8', '::1/128'] });
    assert.deepEqual([...(table.sets.get('nodeport-ips')?.elements.keys() ?? [])], ['10.0.2.15']);
    const everywhere = compiled({ nodePortAddresses: ['0.0.0.0/0', '::/0'] });
    assert.equal(everywhere.sets.has('nodeport-ips'), false);
    assert.ok(rulesOf(everywhere, 'services').at(-1)?.startsWith('fib daddr type local ip daddr != 127.0.0.0/8 '));
  });

  it('masquerades what comes to cluster IPs as it is told', () => {
    const [toClusterIp, mark] = ['ip daddr @cluster-ips', 'meta mark set meta mark | 0x00008000'];
    const first = (given: Partial<GivenProxyOptions>) =>
      rulesOf(compiled({ masqueradeBit: 15, ...given }), 'services').filter((rule) => rule.startsWith(toClusterIp));
    assert.deepEqual(first({}), []);
    assert.deepEqual(first({ masqueradeAll: true }), [
      `${toClusterIp} ${mark} comment "masquerade all clusterIP traffic"`,
    ]);
    assert.deepEqual(first({ localDetector: { kind: 'bridgeInterface', name: 'cni0' } }), [
      `${toClusterIp} iifname != "cni0" ${mark} comment "masquerade clusterIP traffic from outside cluster"`,
    ]);
  });

  it('drops what goes to cluster IPs that no Service has, where their blocks are known', () => {
    const last = (serviceCidrs: readonly string[]) => rulesOf(compiled({ serviceCidrs }), 'cluster-ips-check').slice(1);
    assert.deepEqual(last([]), []);
    assert.deepEqual(last(['10.96.0.0/16', 'fd00:10:96::/112']), [
      'ip daddr 10.96.0.0/16 drop comment "Drop traffic to unallocated ClusterIPs"',
    ]);
    assert.deepEqual(last(['10.96.0.0/16', '10.97.0.0/16']), [
      'ip daddr { 10.96.0.0/15 } drop comment "Drop traffic to unallocated ClusterIPs"',
    ]);
  });

  it("lets a load balancer's own address through where the node may come", () => {
    const ofLoadBalancer = { loadBalancerIps: ['203.0.113.1'], externallyAccessible: true };
    const firewall = (loadBalancerSourceRanges: readonly string[]) =>
      chainOf(compiled({}, [servicePort({ ...ofLoadBalancer, loadBalancerSourceRanges })]), 'firewall-');
    assert.deepEqual(firewall(['198.51.100.0/24']), ['ip saddr != 198.51.100.0/24 drop']);
    assert.deepEqual(firewall(['10.0.0.0/8', '203.0.113.0/32']), ['ip saddr != { 10.0.0.0/8, 203.0.113.0/31 } drop']);
  });

  it('keeps clients with their endpoint for the time that the Service says', () => {
    const table = compiled({}, [servicePort({ affinitySeconds: 5430 })]);
    const sets = [...table.sets].filter(([name]) => name.startsWith('affinity-')).map(([, set]) => set);
    assert.equal(sets.length, endpoints.length);
    for (const { type, flags, timeout } of sets) {
      assert.deepEqual([type, flags, timeout], ['ipv4_addr', ['dynamic', 'timeout'], '1h30m30s']);
    }
    assert.equal(chainOf(table, 'service-').length, endpoints.length + 1);
  });

  it('drops where other nodes have endpoints, and rejects where none has', () => {
    const local = { internalPolicyLocal: true, usesLocalEndpoints: true, clusterEndpoints: [] };
    const verdict = (port: ResolvedServicePort) =>
      compiled({}, [port]).sets.get('no-endpoint-services')?.elements.get('10.96.0.10 . tcp . 80');
    assert.equal(verdict(servicePort(local)), 'drop');
    assert.equal(verdict(servicePort({ clusterEndpoints: [], hasAnyEndpoints: false })), 'goto reject-chain');
    assert.equal(verdict(servicePort()), undefined);
  });
});
