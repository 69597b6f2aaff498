import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, ServiceRules } from '../../../agent/model/serviceRules.ts';
import type { UdpFrontends } from '../../../agent/model/udpFrontends.ts';
import { listFlowsCommand, staleFlowSearches, staleFlowSteps } from '../../../agent/plan/conntrack/staleFlows.ts';
import { udpFrontends } from '../../../agent/plan/conntrack/udpFrontends.ts';
import { noFamilyRules } from '../../../agent/plan/noRules.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

const modes = ['iptables', 'ipvs', 'nftables'] as const;

function recorded(name: string, mode: string, family: 'ipv4' | 'ipv6'): UdpFrontends {
  return udpFrontends(readServiceRules(goldenSnapshot(name, mode)).rules.families.get(family) ?? noFamilyRules);
}

function plain(map: ReadonlyMap<string | number, ReadonlySet<string>>): Record<string, string[]> {
  return Object.fromEntries([...map].map(([key, endpoints]) => [key, [...endpoints].sort()]));
}

const nodeAddresses: Readonly<Record<string, readonly string[]>> = {
  ipv4: ['10.0.2.15:'],
  ipv6: ['[2001:db8:f::15]:', '[fec0::5054:ff:fe12:3456]:'],
};

describe('UDP frontends', () => {
  for (const [name, family] of [
    ['mixed-60', 'ipv4'],
    ['random-4-ipv6', 'ipv6'],
  ] as const) {
    it(`of ${name} are the same in all modes`, () => {
      const [iptables, ipvs, nftables] = modes.map((mode) => recorded(name, mode, family));
      assert.ok(iptables && ipvs && nftables && iptables.addresses.size > 9 && iptables.nodePorts.size > 2);
      assert.deepEqual(plain(nftables.addresses), plain(iptables.addresses));
      assert.deepEqual(plain(nftables.nodePorts), plain(iptables.nodePorts));
      const ofNode = (key: string) => nodeAddresses[family]?.find((address) => key.startsWith(address));
      const services = [...ipvs.addresses].filter(([key]) => ofNode(key) === undefined);
      assert.deepEqual(plain(new Map(services)), plain(iptables.addresses));
      const ports = [...ipvs.addresses].flatMap(([key, endpoints]) => {
        const address = ofNode(key);
        return address === undefined ? [] : [[Number(key.slice(address.length)), endpoints] as const];
      });
      assert.deepEqual(plain(new Map(ports)), plain(iptables.nodePorts));
    });
  }
});

/** Rules with these virtual servers, of which each has one endpoint or none. */
function rulesWith(servers: Readonly<Record<string, string>>): ServiceRules {
  const virtualServers: FamilyRules['virtualServers'] = new Map(
    Object.entries(servers).map(([address, endpoint]) => [
      `udp ${address}`,
      {
        protocol: 'udp',
        address,
        scheduler: 'rr',
        persistenceSeconds: undefined,
        persistenceMask: undefined,
        flags: [],
        realServers: new Map(endpoint === '' ? [] : [[endpoint, 1]]),
      },
    ]),
  );
  const family = servers['10.96.0.10:53'] === undefined && Object.keys(servers)[0]?.startsWith('[') ? 'ipv6' : 'ipv4';
  return { families: new Map([[family, { ...noFamilyRules, virtualServers }]]), sysctls: new Map() };
}

function flow(destination: string, port: number, answerer: string, answererPort: number): string {
  return (
    `udp      17 29 src=10.244.0.9 dst=${destination} sport=4000 dport=${port} [UNREPLIED] ` +
    `src=${answerer} dst=10.244.0.9 sport=${answererPort} dport=4000 mark=0 use=1\n`
  );
}

/** What is deleted, as `DESTINATION PORT ANSWERER PORT`. */
function deleted(current: ServiceRules, desired: ServiceRules, listing: string, ofNode: string[] = []): string[] {
  return staleFlowSearches(current, desired).flatMap((search) =>
    staleFlowSteps(search, listing, new Set(ofNode)).map(({ argv }) =>
      argv.filter((_, at) => at > 5 && at % 2 === 1).join(' '),
    ),
  );
}

describe('stale UDP flows', () => {
  const before = rulesWith({ '10.96.0.10:53': '10.244.0.2:53' });

  it('are those to an endpoint that is gone', () => {
    const after = rulesWith({ '10.96.0.10:53': '10.244.0.3:53' });
    const listing = flow('10.96.0.10', 53, '10.244.0.2', 53) + flow('10.96.0.10', 53, '10.244.0.3', 53);
    assert.deepEqual(deleted(before, after, listing), ['10.96.0.10 53 10.244.0.2 53']);
  });

  it('are those of a Service that has no endpoints any more', () => {
    const listing = flow('10.96.0.10', 53, '10.244.0.2', 53);
    assert.deepEqual(deleted(before, rulesWith({ '10.96.0.10:53': '' }), listing), ['10.96.0.10 53 10.244.0.2 53']);
  });

  it('are those of a Service that is gone', () => {
    const listing = flow('10.96.0.10', 53, '10.244.0.2', 53) + flow('10.96.0.10', 53, '10.96.0.10', 53);
    const after = rulesWith({ '10.96.0.11:53': '' });
    assert.deepEqual(deleted(before, after, listing), ['10.96.0.10 53 10.244.0.2 53']);
  });

  it('are those that began before there were rules', () => {
    const listing = flow('10.96.0.10', 53, '10.96.0.10', 53);
    assert.deepEqual(deleted(rulesWith({}), before, listing), ['10.96.0.10 53 10.96.0.10 53']);
  });

  it('are deleted together that have the same frontend and endpoint', () => {
    const listing = flow('10.96.0.10', 53, '10.244.0.9', 53) + flow('10.96.0.10', 53, '10.244.0.9', 53);
    assert.equal(deleted(before, before, listing).length, 1);
  });

  it('are not those of others', () => {
    const listing =
      flow('10.96.0.10', 5353, '10.244.0.2', 53) +
      flow('8.8.8.8', 53, '8.8.8.8', 53) +
      flow('10.96.0.10', 53, '10.244.0.2', 53).replace('udp      17', 'tcp      6') +
      'conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.\n';
    assert.deepEqual(deleted(before, before, listing), []);
  });

  it('of a node port are only those to the node itself', () => {
    const nodePorts = new Map([[30053, new Set(['10.244.0.2:53'])]]);
    const search = {
      family: 'ipv4',
      frontends: { addresses: new Map(), nodePorts },
      gone: udpFrontends(noFamilyRules),
    } as const;
    const listing = flow('10.0.2.15', 30053, '10.244.0.9', 53) + flow('203.0.113.1', 30053, '203.0.113.1', 30053);
    const steps = staleFlowSteps(search, listing, new Set(['10.0.2.15']));
    assert.deepEqual(
      steps.map(({ argv }) => argv[7]),
      ['10.0.2.15'],
    );
  });

  it('of IPv6 are told by their addresses in brackets', () => {
    const search = staleFlowSearches(rulesWith({}), rulesWith({ '[fd00::a]:53': '[fd00::2]:53' }));
    const listing = flow('fd00::a', 53, 'fd00::2', 53) + flow('fd00::a', 53, 'fd00::3', 53);
    const [step, ...more] = search.flatMap((each) => staleFlowSteps(each, listing, new Set()));
    assert.deepEqual(step?.argv.slice(-3), ['fd00::3', '--reply-port-src', '53']);
    assert.deepEqual(more, []);
  });

  it('are not looked for where no UDP is', () => {
    assert.deepEqual(staleFlowSearches(rulesWith({}), rulesWith({})), []);
  });

  it('are listed by family', () => {
    assert.deepEqual(listFlowsCommand('ipv6'), ['conntrack', '-L', '-f', 'ipv6', '-p', 'udp']);
  });
});
