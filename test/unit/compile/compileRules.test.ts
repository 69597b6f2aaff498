import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import {
  assumedKernelFacts,
  completeProxyOptions,
  type GivenProxyOptions,
} from '../../../agent/compile/defaultProxyOptions.ts';
import type { FamilyRules, ServiceMode } from '../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { objectsText } from '../../golden/cases.ts';

const { objects } = readObjects(objectsText('classic'), 'objects');

function compile(mode: ServiceMode, given: Partial<GivenProxyOptions> = {}, from = objects) {
  const nodeIps = given.nodeIps ?? ['192.0.2.10'];
  const options = completeProxyOptions({ nodeName: 'node', ...given, nodeIps }, assumedKernelFacts(nodeIps));
  return compileRules(from, options, mode);
}

/** Which kinds of state a family has something of. */
function partsOf(rules: FamilyRules | undefined): readonly string[] {
  if (rules === undefined) return [];
  return [
    ...(rules.iptables.tables.size > 0 ? ['iptables'] : []),
    ...(rules.ipsets.size > 0 ? ['ipsets'] : []),
    ...(rules.virtualServers.size > 0 ? ['virtualServers'] : []),
    ...(rules.serviceDevice === undefined ? [] : ['serviceDevice']),
    ...(rules.nftables === undefined ? [] : ['nftables']),
  ];
}

describe('compiled rules', () => {
  const parts: readonly [mode: ServiceMode, expected: readonly string[]][] = [
    ['iptables', ['iptables']],
    ['ipvs', ['iptables', 'ipsets', 'virtualServers', 'serviceDevice']],
    ['nftables', ['nftables']],
  ];
  for (const [mode, expected] of parts) {
    it(`of ${mode} mode are ${expected.join(', ')}`, () => {
      assert.deepEqual(partsOf(compile(mode).families.get('ipv4')), expected);
    });
  }

  const families: readonly [given: Partial<GivenProxyOptions>, expected: readonly string[]][] = [
    [{ nodeIps: ['192.0.2.10'] }, ['ipv4']],
    [{ nodeIps: ['fd00::10'] }, ['ipv6']],
    [{ nodeIps: ['fd00::10', '192.0.2.10'] }, ['ipv6', 'ipv4']],
    [{ nodeIps: ['192.0.2.10'], ipv6: true }, ['ipv4', 'ipv6']],
  ];
  for (const [given, expected] of families) {
    it(`of a node with ${JSON.stringify(given)} are those of ${expected.join(' and ')}`, () => {
      assert.deepEqual([...compile('nftables', given).families.keys()], expected);
    });
  }

  const routeLocalnet: readonly [name: string, given: Partial<GivenProxyOptions>, expected: boolean][] = [
    ['as kube-proxy has it', {}, true],
    ['without node ports on loopback', { localhostNodePorts: false }, false],
    ['with node ports elsewhere', { nodePortAddresses: ['192.0.2.0/24'] }, false],
    ['with node ports on loopback alone', { nodePortAddresses: ['127.0.0.0/8'] }, true],
    ['on a node of IPv6 alone', { nodeIps: ['fd00::10'] }, false],
  ];
  for (const [name, given, expected] of routeLocalnet) {
    it(`${name}, ${expected ? 'route' : 'do not route'} loopback addresses`, () => {
      const { sysctls } = compile('iptables', given);
      assert.deepEqual([...sysctls], expected ? [['net/ipv4/conf/all/route_localnet', '1']] : []);
    });
  }

  it('of ipvs mode need kernel settings, those of nftables mode none', () => {
    assert.equal(compile('ipvs').sysctls.get('net/ipv4/vs/conntrack'), '1');
    assert.deepEqual([...compile('nftables').sysctls], []);
  });

  it('of nftables mode drop packets to unknown cluster IPs, where the blocks are known', () => {
    const ruleFor = (rules: ReturnType<typeof compile>) =>
      [...(rules.families.get('ipv4')?.nftables?.chains.values() ?? [])]
        .flatMap((chain) => chain.rules)
        .find((rule) => rule.includes('10.112.0.0/12'));
    const withBlock = { ...objects, serviceCidrs: ['10.112.0.0/12', 'fd00::/108'] };
    assert.match(ruleFor(compile('nftables', {}, withBlock)) ?? '', /ip daddr/);
    assert.match(ruleFor(compile('nftables', { serviceCidrs: ['10.112.0.0/12'] })) ?? '', /ip daddr/);
    assert.equal(ruleFor(compile('nftables', { serviceCidrs: ['10.96.0.0/16'] }, withBlock)), undefined);
  });
});
