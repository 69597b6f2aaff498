import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NodeModes } from '../../../agent/compare/nodeModes.ts';
import { rulesGap } from '../../../agent/compare/rulesGap.ts';
import { type RulesSettings, rulesSettings } from '../../../agent/compare/settings/rulesSettings.ts';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import { completeProxyOptions, type GivenProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import { parseSnapshot } from '../../../agent/interpret/parseSnapshot.ts';
import type { ServiceMode, ServiceRules } from '../../../agent/model/serviceRules.ts';
import { caseNames } from '../../golden/cases.ts';
import { recordedObjectsText, recordedOptions } from '../../golden/compileInput.ts';
import { recordedNode } from '../../golden/recordedTraces.ts';
import { modesOf, nodeOptions, nodeSnapshot } from '../../support/comparedNode.ts';
import { objectsOf, service } from '../../support/madeObjects.ts';

/** A recorded node of which nothing is known but its snapshot. */
function bareModes(name: string, mode: ServiceMode): NodeModes {
  const snapshot = recordedNode(name, mode);
  return new NodeModes(parseSnapshot(snapshot), interpretSnapshot(snapshot, { mode: 'auto' }), {});
}

/** kube-proxy's rules in the family that the case has. */
function standingRules(modes: NodeModes, name: string): ServiceRules {
  const family = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
  const rules = modes.standing.families.get(family);
  assert.ok(rules !== undefined);
  return { families: new Map([[family, rules]]), sysctls: new Map() };
}

describe('Services that are read off rules', () => {
  for (const name of caseNames) {
    it(`give the rules of iptables mode again: ${name}`, () => {
      const modes = bareModes(name, 'iptables');
      assert.equal(rulesGap(standingRules(modes, name), modes.compiled('iptables')), 0);
    });

    it(`give the table of nftables mode again, but for a firewall without endpoints: ${name}`, () => {
      const modes = bareModes(name, 'nftables');
      assert.ok(rulesGap(standingRules(modes, name), modes.compiled('nftables')) <= 1);
    });

    it(`give what cluster IPs have in ipvs mode again, where there are no names: ${name}`, () => {
      const modes = bareModes(name, 'ipvs');
      const [[family, standing] = []] = standingRules(modes, name).families;
      assert.ok(family !== undefined && standing !== undefined);
      const compiled = modes.compiled('ipvs').families.get(family);
      const set = family === 'ipv4' ? 'KUBE-CLUSTER-IP' : 'KUBE-6-CLUSTER-IP';
      assert.deepEqual(compiled?.ipsets.get(set)?.entries, standing.ipsets.get(set)?.entries);
      for (const entry of standing.ipsets.get(set)?.entries ?? []) {
        const [, ip = '', protocol = '', port = ''] = /^(\S+),(\w+):(\d+)$/.exec(entry) ?? [];
        const key = `${protocol} ${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
        assert.deepEqual(compiled?.virtualServers.get(key), standing.virtualServers.get(key), key);
      }
    });
  }

  it('are told to be a guess', () => {
    const codes = bareModes('mixed-60', 'ipvs').services.assumptions.map(({ code }) => code);
    for (const code of ['objects-from-rules', 'nameless-services', 'endpoints-assumed-ready']) {
      assert.ok(codes.includes(code), code);
    }
  });
});

describe('Services that are given', () => {
  it('are compared with what stands', () => {
    const snapshot = recordedNode('mixed-60', 'iptables');
    const model = interpretSnapshot(snapshot, { mode: 'auto' });
    const gapOf = (text: string) => {
      const given = { objects: [text], options: { nodeName: 'testnode', zone: 'zone-a' } };
      const { assumptions } = new NodeModes(parseSnapshot(snapshot), model, given).services;
      return assumptions.find(({ code }) => code === 'objects-differ-from-rules');
    };
    const text = recordedObjectsText('mixed-60');
    assert.equal(gapOf(text), undefined);
    const [, ...others] = text.split('\n');
    assert.ok(Number(gapOf(others.join('\n'))?.args['count']) > 0);
  });

  it('say which endpoints are on the node by the name that most of them have', () => {
    const snapshot = { ...recordedNode('mixed-60', 'ipvs'), origin: 'files' as const };
    const model = interpretSnapshot(snapshot, { mode: 'auto' });
    const modes = new NodeModes(parseSnapshot(snapshot), model, { objects: [recordedObjectsText('mixed-60')] });
    assert.equal(modes.services.options.nodeName, recordedOptions.nodeName);
  });
});

describe('settings that are read off rules', () => {
  const objects = objectsOf(
    service('shop', {
      nodePort: 30_080,
      endpoints: [
        ['10.244.0.2', 'node-a'],
        ['10.244.1.3', 'node-b'],
      ],
    }),
  );
  const read = (mode: ServiceMode, more: Partial<GivenProxyOptions>): RulesSettings => {
    const given = { nodeName: 'node-a', nodeIps: ['192.168.7.2'], ...more };
    return rulesSettings(compileRules(objects, completeProxyOptions(given, nodeOptions.kernel), mode), mode);
  };

  for (const mode of ['iptables', 'ipvs', 'nftables'] as const) {
    for (const localDetector of [
      { kind: 'none' },
      { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
      { kind: 'clusterCidr', cidrs: ['10.244.0.7/32'] },
      { kind: 'bridgeInterface', name: 'cbr0' },
      { kind: 'interfaceNamePrefix', prefix: 'veth' },
    ] as const) {
      it(`tell pods from others as in ${mode} mode with ${JSON.stringify(localDetector)}`, () => {
        assert.deepEqual(read(mode, { localDetector }).localDetector, localDetector);
      });
    }

    it(`are those of ${mode} mode`, () => {
      const settings = read(mode, { masqueradeAll: true, masqueradeBit: 20, nodePortAddresses: ['192.168.7.2/32'] });
      assert.equal(settings.masqueradeAll, true);
      assert.equal(settings.masqueradeBit, 20);
      assert.deepEqual(settings.nodePortAddresses, ['192.168.7.2/32']);
      assert.equal(read(mode, { masqueradeAll: false }).masqueradeAll, false);
    });
  }

  it('are those that one mode alone shows', () => {
    assert.equal(read('iptables', { localhostNodePorts: false }).localhostNodePorts, false);
    assert.equal(read('iptables', {}).localhostNodePorts, true);
    assert.equal(read('ipvs', { ipvs: { scheduler: 'sh' } }).scheduler, 'sh');
    assert.deepEqual(read('nftables', { serviceCidrs: ['10.96.0.0/12'] }).serviceCidrs, ['10.96.0.0/12']);
  });

  it('count after what is said now, and after what was said when rules were applied', () => {
    const snapshot = nodeSnapshot(objects, 'ipvs');
    const kept = {
      nodeName: 'node-a',
      nodeIps: ['192.168.7.2'],
      zone: 'a',
      masqueradeBit: 5,
      ipvs: { scheduler: 'sh' },
    };
    const { options } = modesOf(snapshot, { kept, options: { zone: undefined, masqueradeBit: 6 } }).services;
    assert.deepEqual([options.zone, options.masqueradeBit, options.ipvs.scheduler], ['a', 6, 'sh']);
  });

  it('leave each mode its own default for addresses of node ports', () => {
    for (const mode of ['iptables', 'ipvs', 'nftables'] as const) {
      const modes = modesOf(nodeSnapshot(objects, mode));
      assert.deepEqual(modes.services.options.nodePortAddresses, [], mode);
      const chosen = { ...nodeOptions, nodePortAddresses: ['172.20.0.0/16'] };
      const named = modesOf(nodeSnapshot(objects, mode, chosen)).services.options.nodePortAddresses;
      assert.deepEqual(named, ['172.20.0.2/32'], mode);
    }
    const all = { ...nodeOptions, nodePortAddresses: ['0.0.0.0/0'] };
    assert.deepEqual(modesOf(nodeSnapshot(objects, 'nftables', all)).services.options.nodePortAddresses, [
      '0.0.0.0/0',
      '::/0',
    ]);
  });
});
