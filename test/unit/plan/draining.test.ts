import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, ServiceRules, VirtualServerRules } from '../../../agent/model/serviceRules.ts';
import { readBoundAddresses } from '../../../agent/plan/draining/boundAddresses.ts';
import {
  countDraining,
  type DrainingFamily,
  drainingFamily,
  everythingInUse,
  rulesAfterDraining,
  rulesWhileDraining,
  usedParts,
} from '../../../agent/plan/draining/draining.ts';
import { planDraining } from '../../../agent/plan/draining/planDraining.ts';
import { removeRoutes, sendFromNode, sendFromThemselves } from '../../../agent/plan/draining/sourceRoutes.ts';
import { withoutDrained } from '../../../agent/plan/draining/withoutDrained.ts';
import { findDraining } from '../../../agent/plan/ipvs/drainingServers.ts';
import { noFamilyRules, noRules } from '../../../agent/plan/noRules.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

const ipvs = readServiceRules(goldenSnapshot('mixed-60', 'ipvs')).rules;
const none = noRules(['ipv4', 'ipv6'], undefined);

function ipv4Of(rules: ServiceRules): FamilyRules {
  return rules.families.get('ipv4') ?? noFamilyRules;
}

function withIpv4(rules: ServiceRules, change: Partial<FamilyRules>): ServiceRules {
  return { ...rules, families: new Map([...rules.families, ['ipv4', { ...ipv4Of(rules), ...change }]]) };
}

/** What drains when `desired` shall take the place of `current`. */
function draining(current: ServiceRules, desired: ServiceRules): DrainingFamily[] {
  const [before, after] = [ipv4Of(current), ipv4Of(desired)];
  return [drainingFamily('ipv4', after, findDraining(before, after, everythingInUse(before))) ?? []].flat();
}

const nothing = { inUse: new Map(), boundAddresses: new Set<string>() };

describe('leaving ipvs mode', () => {
  const drains = draining(ipvs, none);
  const left = rulesWhileDraining(ipvs, none, drains);
  const withEndpoints = [...ipv4Of(ipvs).virtualServers.values()].filter(({ realServers }) => realServers.size > 0);

  it('leaves each virtual server that can have connections, closed to new ones', () => {
    const stays = [...ipv4Of(left).virtualServers.values()];
    assert.equal(stays.length, withEndpoints.length);
    assert.ok(stays.every(({ realServers }) => [...realServers.values()].every((weight) => weight === 0)));
  });

  it('leaves their addresses', () => {
    const addresses = new Set(withEndpoints.map(({ address }) => address.slice(0, address.lastIndexOf(':'))));
    const onDevice = [...(ipv4Of(ipvs).serviceDevice?.addresses ?? [])].filter((address) => addresses.has(address));
    assert.deepEqual([...(ipv4Of(left).serviceDevice?.addresses ?? [])].sort(), onDevice.sort());
  });

  it('leaves the signs of node ports only', () => {
    const names = [...ipv4Of(left).ipsets.keys()];
    assert.deepEqual(names.sort(), ['KUBE-NODE-PORT-SCTP-HASH', 'KUBE-NODE-PORT-TCP', 'KUBE-NODE-PORT-UDP']);
  });

  it('leaves nothing in the end', () => {
    assert.equal(ruleDifferences(rulesAfterDraining(left, drains), none), 0);
  });

  it('takes everything away at once that nobody uses', () => {
    const { steps, isLast } = planDraining(left, drains, nothing);
    assert.equal(isLast, true);
    assert.deepEqual(steps.at(-1)?.argv, ['ip', 'link', 'delete', 'dev', 'kube-ipvs0']);
    const removed = steps
      .filter(({ part }) => part === 'virtualServers')
      .flatMap(({ stdin }) => stdin.trim().split('\n'));
    assert.equal(removed.length, withEndpoints.length);
    assert.ok(removed.every((line) => line.startsWith('-D ')));
  });

  it('keeps what has connections, with its address', () => {
    const [key = '', server] = [...ipv4Of(left).virtualServers].find(([name]) => name.includes('10.96.')) ?? [];
    const realServer = [...(server?.realServers.keys() ?? [])][0] ?? '';
    const inUse = new Map([[key, new Map([[realServer, 2]])]]);
    const { steps, isLast } = planDraining(left, drains, { ...nothing, inUse });
    assert.equal(isLast, false);
    assert.equal(countDraining(drains, inUse), 2);
    const input = steps.map(({ stdin }) => stdin).join('');
    const ip = server?.address.slice(0, server.address.lastIndexOf(':')) ?? '';
    assert.equal(input.includes(`-D -t ${server?.address}\n`), false);
    assert.equal(input.includes(`address del ${ip}/32`), false);
    assert.equal(input.includes(`${ip} dev`), false);
    assert.match(input, /address del 10\.96\./);
    assert.ok(steps.every(({ argv }) => !argv.includes('link')));
  });

  it('keeps an address that a socket of the node is bound to', () => {
    const [address = ''] = ipv4Of(left).serviceDevice?.addresses ?? [];
    const { steps, isLast } = planDraining(left, drains, { ...nothing, boundAddresses: new Set([address]) });
    assert.equal(isLast, false);
    assert.ok(!steps.some(({ stdin }) => stdin.includes(`address del ${address}/32`)));
  });

  it('goes on where it was', () => {
    const first = planDraining(left, drains, nothing);
    const after = rulesAfterDraining(left, drains);
    assert.ok(first.steps.length > 0);
    assert.deepEqual(planDraining(after, drains, nothing).steps, []);
  });
});

describe('taking a part away in ipvs mode', () => {
  const [key = '', server] =
    [...ipv4Of(ipvs).virtualServers].find(
      ([name, { realServers }]) => name.startsWith('tcp 10.96') && realServers.size > 1,
    ) ?? [];
  const [first = '', ...others] = server?.realServers.keys() ?? [];

  function withServer(change: VirtualServerRules | undefined): ServiceRules {
    const virtualServers = new Map(ipv4Of(ipvs).virtualServers);
    if (change === undefined) virtualServers.delete(key);
    else virtualServers.set(key, change);
    return withIpv4(ipvs, { virtualServers });
  }

  it('leaves an endpoint, closed to new connections', () => {
    assert.ok(server);
    const desired = withServer({ ...server, realServers: new Map(others.map((address) => [address, 1])) });
    const drains = draining(ipvs, desired);
    assert.deepEqual(drains, [
      { family: 'ipv4', isLeaving: false, servers: [{ key, goes: false, realServers: [first] }] },
    ]);
    const left = rulesWhileDraining(ipvs, desired, drains);
    assert.equal(ipv4Of(left).virtualServers.get(key)?.realServers.get(first), 0);
    assert.equal(ruleDifferences(left, desired), 1);
    assert.equal(ruleDifferences(rulesAfterDraining(left, drains), desired), 0);
    assert.deepEqual(
      planDraining(left, drains, nothing).steps.map(({ stdin }) => stdin),
      [`-d -t ${server.address} -r ${first}\n`],
    );
  });

  it('leaves the virtual server of a Service that is gone, and its address', () => {
    assert.ok(server);
    const ip = server.address.slice(0, server.address.lastIndexOf(':'));
    const device = ipv4Of(ipvs).serviceDevice;
    const ipsets = new Map(
      [...ipv4Of(ipvs).ipsets].map(([name, set]) => {
        const entries = [...set.entries].filter((entry) => entry !== ip && !entry.startsWith(`${ip},`));
        return [name, { ...set, entries: new Set(entries) }];
      }),
    );
    const addresses = new Set([...(device?.addresses ?? [])].filter((address) => address !== ip));
    const virtualServers = new Map(
      [...ipv4Of(ipvs).virtualServers].filter(([, { address }]) => !address.startsWith(`${ip}:`)),
    );
    const desired = withIpv4(ipvs, { virtualServers, ipsets, serviceDevice: device && { ...device, addresses } });
    const drains = draining(ipvs, desired);
    const left = rulesWhileDraining(ipvs, desired, drains);
    assert.equal(ipv4Of(left).serviceDevice?.addresses.has(ip), true);
    assert.equal(ipv4Of(left).ipsets.get('KUBE-IPVS-IPS')?.entries.has(ip), true);
    assert.equal(ipv4Of(left).ipsets.get('KUBE-CLUSTER-IP')?.entries.has(`${ip},tcp:80`), false);
    assert.equal(ruleDifferences(rulesAfterDraining(left, drains), desired), 0);
  });

  it('leaves a node port in its set when one of the addresses that have it goes', () => {
    const [, nodePort] = [...ipv4Of(ipvs).virtualServers].find(([, { address }]) => address.endsWith(':30002')) ?? [];
    assert.ok(nodePort);
    const another = { ...nodePort, address: '192.168.99.99:30002' };
    const virtualServers = new Map([...ipv4Of(ipvs).virtualServers, ['tcp 192.168.99.99:30002', another]]);
    const current = withIpv4(ipvs, { virtualServers });
    const drains = draining(current, ipvs);
    assert.deepEqual(
      drains.map(({ servers }) => servers.map(({ key }) => key)),
      [['tcp 192.168.99.99:30002']],
    );
    const left = rulesWhileDraining(current, ipvs, drains);
    assert.equal(ruleDifferences(rulesAfterDraining(left, drains), ipvs), 0);
    assert.deepEqual(
      planDraining(left, drains, nothing).steps.map(({ stdin }) => stdin),
      ['-D -t 192.168.99.99:30002\n'],
    );
  });
});

describe('addresses that sockets are bound to', () => {
  const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const rest = ' 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n';

  it('are those of connections, in either family', () => {
    const tcp = `${header}   0: 0A00600A:A81E 0B00600A:0050 01${rest}  12: 0F02000A:A81F 0B00600A:0050 08${rest}`;
    const tcp6 =
      `${header}   0: 0000000000000000FFFF00000C00600A:0016 0000000000000000FFFF00000202000A:D9FA 01${rest}` +
      `   1: 000000FD960000000000000010000000:A81E 000000FD960000000000000011000000:0050 01${rest}`;
    const addresses = [...readBoundAddresses(tcp, tcp6)].sort();
    assert.deepEqual(addresses, ['10.0.2.15', '10.96.0.10', '10.96.0.12', 'fd00:0:0:96::10'].sort());
  });

  it('are not those of what is over or only listens', () => {
    const lines = ['06', '07', '0A'].map((state, at) => `   ${at}: 0A00600A:A81E 0B00600A:0050 ${state}${rest}`);
    assert.equal(readBoundAddresses(header + lines.join('')).size, 0);
  });
});

describe('where packets of the node itself come from', () => {
  it('is an address that stays', () => {
    const [step] = sendFromNode('ipv4', 'kube-ipvs0', ['10.96.0.10'], '10.0.2.15');
    assert.equal(
      step?.stdin,
      'route replace local 10.96.0.10/32 dev kube-ipvs0 table local proto kernel scope host src 10.0.2.15\n',
    );
    assert.equal(step?.phase, 'turn');
  });

  it('is said in IPv6 by another route before the one of the address goes', () => {
    const [step] = sendFromNode('ipv6', 'kube-ipvs0', ['fd00::a'], '2001:db8::1');
    assert.deepEqual(step?.stdin.split('\n'), [
      'route replace local fd00::a/128 dev lo table local proto kernel src 2001:db8::1',
      'route del local fd00::a/128 dev kube-ipvs0 table local',
      '',
    ]);
  });

  it('is the address itself again when that stays after all', () => {
    const [step] = sendFromThemselves('ipv4', 'kube-ipvs0', ['10.96.0.10']);
    assert.match(step?.stdin ?? '', /src 10\.96\.0\.10\n$/);
  });

  it('cannot be said where the node has no address', () => {
    assert.deepEqual(sendFromNode('ipv6', 'kube-ipvs0', ['fd00::a'], undefined), []);
    assert.deepEqual(removeRoutes('ipv4', 'kube-ipvs0', []), []);
  });
});

describe('what stood while something drained', () => {
  const drains = draining(ipvs, none);

  it('has nothing of ipvs when it is made anew in another mode', () => {
    assert.equal(ruleDifferences(withoutDrained(rulesWhileDraining(ipvs, none, drains)), none), 0);
  });

  it('has no real servers without weight in ipvs mode', () => {
    const [key = '', server] =
      [...ipv4Of(ipvs).virtualServers].find(([, { realServers }]) => realServers.size > 1) ?? [];
    assert.ok(server);
    const [first = '', ...others] = server.realServers.keys();
    const realServers = new Map([[first, 0], ...others.map((address) => [address, 1] as const)]);
    const state = withIpv4(ipvs, {
      virtualServers: new Map([...ipv4Of(ipvs).virtualServers, [key, { ...server, realServers }]]),
    });
    assert.deepEqual([...(ipv4Of(withoutDrained(state)).virtualServers.get(key)?.realServers.keys() ?? [])], others);
    assert.equal(ruleDifferences(withoutDrained(ipvs), ipvs), 0);
  });
});

describe('what of draining parts is used', () => {
  const drains: DrainingFamily[] = [
    {
      family: 'ipv4',
      isLeaving: true,
      servers: [{ key: 'tcp 10.96.0.10:80', goes: true, realServers: ['10.0.0.2:80'] }],
    },
  ];
  const used = (count: number, ...bound: string[]): string =>
    usedParts(drains, {
      inUse: new Map([
        ['tcp 10.96.0.10:80', new Map([['10.0.0.2:80', count]])],
        ['tcp 10.96.0.11:80', new Map([['10.0.0.2:80', count]])],
      ]),
      boundAddresses: new Set(bound),
    });

  it('changes when the last connection ends, and not before', () => {
    assert.equal(used(7), used(1));
    assert.notEqual(used(1), used(0));
  });

  it('changes when no socket is bound to its address any more', () => {
    assert.equal(used(0, '10.96.0.11'), used(0));
    assert.notEqual(used(0, '10.96.0.10'), used(0));
  });
});
