import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, IptablesRules, ServiceRules, ServiceTable } from '../../../agent/model/serviceRules.ts';
import { findLeftovers, type Leftover } from '../../../agent/plan/leftovers/findLeftovers.ts';
import { rulesOfMode } from '../../../agent/plan/leftovers/rulesOfMode.ts';
import { modeOf } from '../../../agent/plan/modeOf.ts';
import { noFamilyRules } from '../../../agent/plan/noRules.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

const modes = ['iptables', 'ipvs', 'nftables'] as const;

function recorded(mode: string): FamilyRules {
  return readServiceRules(goldenSnapshot('mixed-60', mode)).rules.families.get('ipv4') ?? noFamilyRules;
}

const of = { iptables: recorded('iptables'), ipvs: recorded('ipvs'), nftables: recorded('nftables') };

function rulesOf(ipv4: FamilyRules, more: Partial<ServiceRules> = {}): ServiceRules {
  return { families: new Map([['ipv4', ipv4]]), sysctls: new Map(), ...more };
}

/** The chains of one mode as kube-proxy leaves them when it goes on in another mode, whose chains win where both have one. */
function overlaid(under: IptablesRules, over: IptablesRules): IptablesRules {
  const names: ServiceTable[] = ['filter', 'mangle', 'nat'];
  const tables = names.map((name) => {
    const [old, young] = [under.tables.get(name), over.tables.get(name)];
    const hooks = new Map(young?.hooks);
    for (const [chain, rules] of old?.hooks ?? []) {
      const present = hooks.get(chain) ?? [];
      hooks.set(chain, [...present, ...rules.filter((rule) => !present.includes(rule))]);
    }
    return [name, { chains: new Map([...(old?.chains ?? []), ...(young?.chains ?? [])]), hooks }] as const;
  });
  return { ...over, tables: new Map(tables) };
}

function places(leftovers: readonly Leftover[], part: string): string[] {
  return leftovers
    .filter((each) => each.part === part)
    .map(({ place }) => place)
    .sort();
}

describe('leftovers', () => {
  for (const mode of modes) {
    it(`are none where kube-proxy was only ever in mode ${mode}`, () => {
      assert.deepEqual(findLeftovers(rulesOf(of[mode]), mode, new Map()), []);
      assert.equal(ruleDifferences(rulesOfMode(rulesOf(of[mode]), mode), rulesOf(of[mode])), 0);
    });
  }

  it('of ipvs mode are found in iptables mode', () => {
    const rules = rulesOf({ ...of.ipvs, iptables: overlaid(of.ipvs.iptables, of.iptables.iptables) });
    assert.equal(modeOf(rules), 'iptables');
    const leftovers = findLeftovers(rules, 'iptables', new Map());
    assert.deepEqual(places(leftovers, 'iptables'), [
      'filter FORWARD',
      'filter INPUT',
      'filter KUBE-IPVS-FILTER',
      'filter KUBE-IPVS-OUT-FILTER',
      'filter KUBE-NODE-PORT',
      'filter KUBE-SOURCE-RANGES-FIREWALL',
      'filter OUTPUT',
      'nat KUBE-LOAD-BALANCER',
      'nat KUBE-NODE-PORT',
    ]);
    assert.equal(places(leftovers, 'ipsets').length, of.ipvs.ipsets.size);
    assert.equal(places(leftovers, 'virtualServers').length, of.ipvs.virtualServers.size);
    assert.deepEqual(places(leftovers, 'serviceDevice'), ['kube-ipvs0']);
    const { iptables } = rulesOfMode(rules, 'iptables').families.get('ipv4') ?? noFamilyRules;
    assert.equal(
      ruleDifferences(
        rulesOf({ ...noFamilyRules, iptables }),
        rulesOf({ ...noFamilyRules, iptables: of.iptables.iptables }),
      ),
      0,
    );
  });

  it('of iptables mode are found in ipvs mode', () => {
    const rules = rulesOf({ ...of.ipvs, iptables: overlaid(of.iptables.iptables, of.ipvs.iptables) });
    assert.equal(modeOf(rules), 'ipvs');
    const leftovers = findLeftovers(rules, 'ipvs', new Map());
    assert.deepEqual(new Set(leftovers.map(({ part }) => part)), new Set(['iptables']));
    assert.ok(places(leftovers, 'iptables').includes('nat KUBE-SEP-*'));
    assert.ok(places(leftovers, 'iptables').includes('mangle KUBE-PROXY-CANARY'));
    assert.equal(ruleDifferences(rulesOfMode(rules, 'ipvs'), rulesOf(of.ipvs)), 0);
  });

  it('of other modes are found in nftables mode', () => {
    const rules = rulesOf({ ...of.ipvs, nftables: of.nftables.nftables });
    const leftovers = findLeftovers(rules, modeOf(rules), new Map());
    assert.ok(places(leftovers, 'iptables').includes('nat KUBE-SERVICES'));
    assert.ok(places(leftovers, 'iptables').includes('nat PREROUTING'));
    assert.deepEqual(places(leftovers, 'nftables'), []);
    assert.equal(ruleDifferences(rulesOfMode(rules, 'nftables'), rulesOf(of.nftables)), 0);
  });

  it('of nftables mode are found where its table does not translate', () => {
    const leftovers = findLeftovers(rulesOf({ ...of.iptables, nftables: of.nftables.nftables }), 'iptables', new Map());
    assert.deepEqual(
      leftovers.map(({ part, place }) => [part, place]),
      [['nftables', 'table ip kube-proxy']],
    );
  });

  it('are chains that no packet reaches', () => {
    const nat = of.iptables.iptables.tables.get('nat');
    assert.ok(nat);
    const chains = new Map([...nat.chains, ['KUBE-SVC-ABCDEFGHIJKLMNOP', ['-j KUBE-SEP-ABCDEFGHIJKLMNOP']]]);
    chains.set('KUBE-SEP-ABCDEFGHIJKLMNOP', []);
    const tables = new Map([...of.iptables.iptables.tables, ['nat' as const, { ...nat, chains }]]);
    const rules = rulesOf({ ...of.iptables, iptables: { backend: 'legacy', tables } });
    assert.deepEqual(findLeftovers(rules, 'iptables', new Map()), [
      { part: 'iptables', family: 'ipv4', backend: 'legacy', place: 'nat KUBE-SVC-*', count: 1 },
      { part: 'iptables', family: 'ipv4', backend: 'legacy', place: 'nat KUBE-SEP-*', count: 1 },
    ]);
  });

  it('are all chains of the other backend', () => {
    const other = { ...of.iptables.iptables, backend: 'legacy' } as const;
    const leftovers = findLeftovers(
      rulesOf(of.iptables, { otherBackend: new Map([['ipv4', other]]) }),
      'iptables',
      new Map(),
    );
    assert.ok(leftovers.length > 10);
    assert.ok(leftovers.every(({ backend }) => backend === 'legacy'));
  });

  it('are not what still carries connections', () => {
    const [key = '', server] = [...of.ipvs.virtualServers].find(([name]) => name.startsWith('tcp 10.96')) ?? [];
    const [realServer = ''] = server?.realServers.keys() ?? [];
    const rules = rulesOf({ ...of.ipvs, iptables: of.iptables.iptables });
    const inUse = new Map([[key, new Map([[realServer, 1]])]]);
    const leftovers = findLeftovers(rules, 'iptables', inUse);
    assert.equal(places(leftovers, 'virtualServers').includes(key), false);
    const device = leftovers.find(({ part }) => part === 'serviceDevice');
    assert.equal(device?.count, (of.ipvs.serviceDevice?.addresses.size ?? 0) - 1);
  });

  it('are not what kubelet made', () => {
    const rules = rulesOf({ ...of.iptables, iptables: { ...of.iptables.iptables, hasKubelet: true } });
    const leftovers = findLeftovers(rules, 'nftables', new Map());
    const filter = places(leftovers, 'iptables').filter((place) => place.startsWith('filter'));
    assert.ok(filter.includes('filter KUBE-FORWARD'));
    assert.equal(filter.includes('filter KUBE-FIREWALL'), false);
    const kept = rulesOfMode(rules, 'nftables').families.get('ipv4')?.iptables.tables.get('filter');
    assert.deepEqual(
      [...(kept?.hooks ?? [])],
      [
        ['INPUT', ['-j KUBE-FIREWALL']],
        ['OUTPUT', ['-j KUBE-FIREWALL']],
      ],
    );
  });

  it('are a device that carries nothing', () => {
    const rules = rulesOf({ ...of.iptables, serviceDevice: { name: 'kube-ipvs0', addresses: new Set() } });
    assert.deepEqual(findLeftovers(rules, 'iptables', new Map()), [
      { part: 'serviceDevice', family: 'ipv4', place: 'kube-ipvs0', count: 1 },
    ]);
  });
});
