import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, ServiceRules } from '../../../agent/model/serviceRules.ts';
import { modeOf } from '../../../agent/plan/modeOf.ts';
import { noFamilyRules, noRules } from '../../../agent/plan/noRules.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

function recorded(mode: string): FamilyRules {
  const rules = readServiceRules(goldenSnapshot('classic', mode)).rules.families.get('ipv4');
  assert.ok(rules);
  return rules;
}

function rulesOf(ipv4: FamilyRules): ServiceRules {
  return { families: new Map([['ipv4', ipv4]]), sysctls: new Map() };
}

const iptables = recorded('iptables');
const ipvs = recorded('ipvs');
const nftables = recorded('nftables');

describe('the mode of rules', () => {
  it('is none where there are none', () => {
    assert.equal(modeOf(noRules(['ipv4', 'ipv6'], 'nf_tables')), 'none');
  });

  it('is that of KUBE-SERVICES, whatever ipvs left behind', () => {
    assert.equal(modeOf(rulesOf({ ...ipvs, iptables: iptables.iptables })), 'iptables');
    assert.equal(modeOf(rulesOf(ipvs)), 'ipvs');
  });

  it('is nftables where its table translates, whatever else stands', () => {
    assert.equal(modeOf(rulesOf({ ...iptables, nftables: nftables.nftables })), 'nftables');
  });

  it('is not that of a table that no packet reaches yet', () => {
    const { nftables: table } = nftables;
    assert.ok(table);
    const chains = new Map([...table.chains].filter(([, { hook }]) => hook === undefined));
    assert.equal(modeOf(rulesOf({ ...iptables, nftables: { ...table, chains } })), 'iptables');
  });

  it('is not that of virtual servers that only keep old connections', () => {
    const virtualServers = new Map(
      [...ipvs.virtualServers].map(([key, server]) => {
        return [key, { ...server, realServers: new Map([...server.realServers.keys()].map((each) => [each, 0])) }];
      }),
    );
    assert.equal(modeOf(rulesOf({ ...noFamilyRules, virtualServers })), 'none');
    assert.equal(modeOf(rulesOf({ ...noFamilyRules, virtualServers: ipvs.virtualServers })), 'ipvs');
  });

  it('is not that of chains that no packet reaches', () => {
    const tables = new Map(
      [...iptables.iptables.tables].map(([name, table]) => [name, { ...table, hooks: new Map() }]),
    );
    const unhooked = { ...iptables, iptables: { ...iptables.iptables, tables } };
    assert.equal(modeOf(rulesOf(unhooked)), 'none');
    assert.equal(modeOf(rulesOf({ ...unhooked, virtualServers: ipvs.virtualServers })), 'ipvs');
  });
});
