import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileIpvs } from '../../../../agent/compile/ipvs/compileIpvs.ts';
import { resolveServices } from '../../../../agent/compile/resolveServices.ts';
import type { IpSet, VirtualServerRules } from '../../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../../agent/objects/readObjects.ts';
import type { ConnectionsInUse } from '../../../../agent/plan/ipvs/connectionsInUse.ts';
import { planIpvs } from '../../../../agent/plan/ipvs/planIpvs.ts';
import { planDeviceRemoval } from '../../../../agent/plan/ipvs/planServiceDevice.ts';
import type { PlanStep } from '../../../../agent/plan/planStep.ts';
import { caseNames } from '../../../golden/cases.ts';
import { recordedObjects, recordedOptions } from '../../../golden/compileInput.ts';
import { mixedObjects } from '../../../peers/mixedObjects.ts';
import { SeededRandom } from '../../../peers/seededRandom.ts';
import { applySteps, type IpvsState, nothing } from './applyPlan.ts';

const idle: ConnectionsInUse = new Map();

const web: VirtualServerRules = {
  protocol: 'tcp',
  address: '10.96.0.10:80',
  scheduler: 'rr',
  persistenceSeconds: undefined,
  persistenceMask: undefined,
  flags: [],
  realServers: new Map([
    ['10.244.0.2:8080', 1],
    ['10.244.0.3:8080', 1],
  ]),
};
const webKey = 'tcp 10.96.0.10:80';

function set(name: string, type: string, ...entries: readonly string[]): [string, IpSet] {
  const options = type === 'bitmap:port' ? 'range 0-65535' : 'family inet maxelem 65536';
  return [name, { name, type, options, entries: new Set(entries) }];
}

/** A node in ipvs mode with these virtual servers, one of them on its own address. */
function stateWith(...servers: readonly VirtualServerRules[]): IpvsState {
  const ips = servers.map(({ address }) => address.replace(/:\d+$/, '')).filter((ip) => ip.startsWith('10.96.'));
  const nodePorts = servers
    .filter(({ address }) => address.startsWith('192.'))
    .map(({ address }) => address.replace(/.*:/, ''));
  return {
    ipsets: new Map([
      set('KUBE-CLUSTER-IP', 'hash:ip,port', ...ips.map((ip) => `${ip},tcp:80`)),
      set('KUBE-NODE-PORT-TCP', 'bitmap:port', ...nodePorts),
      set('KUBE-IPVS-IPS', 'hash:ip', ...ips),
    ]),
    virtualServers: new Map(servers.map((server) => [`${server.protocol} ${server.address}`, server])),
    serviceDevice: { name: 'kube-ipvs0', addresses: new Set(ips) },
  };
}

function using(key: string, realServer: string, count = 1): ConnectionsInUse {
  return new Map([[key, new Map([[realServer, count]])]]);
}

function lines(steps: readonly PlanStep[]): string[] {
  return steps.map(({ phase, argv, stdin }) => `${phase} ${argv.join(' ')}: ${stdin.trim().replaceAll('\n', '; ')}`);
}

function compileCase(name: string): IpvsState {
  const family = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
  return stateOf(compileIpvs(resolveServices(recordedObjects(name), recordedOptions, family), recordedOptions, family));
}

function stateOf({ ipsets, virtualServers, serviceDevice }: IpvsState): IpvsState {
  return { ipsets, virtualServers, serviceDevice };
}

describe('planning ipvs mode', () => {
  for (const name of caseNames) {
    it(`makes and takes away all of ${name}`, () => {
      const family = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
      const desired = compileCase(name);
      const made = applySteps(nothing, planIpvs(nothing, desired, family, idle).steps);
      assert.deepEqual(made, desired);
      assert.deepEqual(planIpvs(made, desired, family, idle), {
        steps: [],
        changes: [],
        draining: [],
        keptAddresses: new Set(),
      });
      const emptied = applySteps(made, planIpvs(made, nothing, family, idle).steps);
      assert.deepEqual(emptied, { ...nothing, serviceDevice: { name: 'kube-ipvs0', addresses: new Set() } });
    });
  }

  it('gets from any objects to any others', () => {
    const random = new SeededRandom(4);
    let present = nothing;
    for (let round = 0; round < 30; round++) {
      const text = mixedObjects(1 + random.below(5), random.below(60))
        .map((object) => JSON.stringify(object))
        .join('\n');
      const ports = resolveServices(readObjects(text, 'objects.jsonl').objects, recordedOptions, 'ipv4');
      const desired = stateOf(compileIpvs(ports, recordedOptions, 'ipv4'));
      present = applySteps(present, planIpvs(present, desired, 'ipv4', idle).steps);
      assert.deepEqual(present, desired);
    }
  });

  it('writes one line for one endpoint', () => {
    const more = { ...web, realServers: new Map([...web.realServers, ['10.244.0.4:8080', 1]]) };
    const { steps, changes } = planIpvs(stateWith(web), stateWith(more), 'ipv4', idle, new Map([[webKey, 'shop/web']]));
    assert.deepEqual(lines(steps), ['make ipvsadm -R: -a -t 10.96.0.10:80 -r 10.244.0.4:8080 -m -w 1']);
    assert.deepEqual(changes, [
      {
        part: 'virtualServers',
        family: 'ipv4',
        sign: '+',
        place: webKey,
        text: '-r 10.244.0.4:8080 -m -w 1',
        service: 'shop/web',
      },
    ]);
    assert.deepEqual(lines(planIpvs(stateWith(more), stateWith(web), 'ipv4', idle).steps), [
      'break ipvsadm -R: -d -t 10.96.0.10:80 -r 10.244.0.4:8080',
    ]);
  });

  it('makes before it turns and turns before it breaks', () => {
    const api = { ...web, address: '10.96.0.11:80' };
    assert.deepEqual(lines(planIpvs(stateWith(web), stateWith(api), 'ipv4', idle).steps), [
      'make ipset restore -exist: add KUBE-CLUSTER-IP 10.96.0.11,tcp:80; add KUBE-IPVS-IPS 10.96.0.11',
      'make ipvsadm -R: -A -t 10.96.0.11:80 -s rr; -a -t 10.96.0.11:80 -r 10.244.0.2:8080 -m -w 1; ' +
        '-a -t 10.96.0.11:80 -r 10.244.0.3:8080 -m -w 1',
      'turn ip -batch -: address replace 10.96.0.11/32 dev kube-ipvs0',
      'break ipvsadm -R: -D -t 10.96.0.10:80',
      'break ip -batch -: address del 10.96.0.10/32 dev kube-ipvs0',
      'break ipset restore -exist: del KUBE-IPVS-IPS 10.96.0.10; del KUBE-CLUSTER-IP 10.96.0.10,tcp:80',
    ]);
  });

  it('edits what a virtual server is like', () => {
    const sticky = { ...web, scheduler: 'mh', persistenceSeconds: 60, flags: ['mh-port'] };
    assert.deepEqual(lines(planIpvs(stateWith(web), stateWith(sticky), 'ipv4', idle).steps), [
      'make ipvsadm -R: -E -t 10.96.0.10:80 -s mh -p 60 -b mh-port',
    ]);
  });

  it('fills a set anew beside the one whose place it takes', () => {
    const desired = stateWith(web);
    const [, small] = set('KUBE-CLUSTER-IP', 'hash:ip,port', '10.96.0.9,tcp:80');
    const current = {
      ...desired,
      ipsets: new Map(desired.ipsets).set(small.name, { ...small, options: 'family inet' }),
    };
    const { steps } = planIpvs(current, desired, 'ipv4', idle);
    assert.deepEqual(lines(steps), [
      'make ipset restore -exist: destroy KUBE-IPVS-NEW; ' +
        'create KUBE-IPVS-NEW hash:ip,port family inet maxelem 65536; add KUBE-IPVS-NEW 10.96.0.10,tcp:80; ' +
        'swap KUBE-IPVS-NEW KUBE-CLUSTER-IP; destroy KUBE-IPVS-NEW',
    ]);
    assert.deepEqual(applySteps(current, steps), desired);
  });

  it('makes the device for the first family and removes it with the last', () => {
    const rules = (device: IpvsState['serviceDevice']) => ({
      sysctls: new Map(),
      families: new Map([
        [
          'ipv4' as const,
          {
            ...nothing,
            serviceDevice: device,
            iptables: { backend: undefined, tables: new Map() },
            nftables: undefined,
          },
        ],
      ]),
    });
    const device = { name: 'kube-ipvs0', addresses: new Set<string>() };
    const removal = (current: typeof device | undefined, desired: typeof device | undefined, isDraining: boolean) =>
      planDeviceRemoval(rules(current), rules(desired), isDraining).steps.map(({ argv }) => argv.join(' '));
    assert.deepEqual(removal(device, undefined, false), ['ip link delete dev kube-ipvs0']);
    assert.deepEqual(removal(device, undefined, true), []);
    assert.deepEqual(removal(device, device, false), []);
    assert.deepEqual(removal(undefined, undefined, false), []);
    const [made] = planIpvs(nothing, { ...nothing, serviceDevice: device }, 'ipv4', idle).steps;
    assert.deepEqual(made?.argv, ['ip', 'link', 'add', 'name', 'kube-ipvs0', 'type', 'dummy']);
    assert.deepEqual(made?.alsoFine, [2]);
  });
});

describe('draining ipvs connections', () => {
  const fewer = { ...web, realServers: new Map([['10.244.0.2:8080', 1]]) };
  const gone = '10.244.0.3:8080';

  it('keeps an endpoint that goes, without new connections, while it has some', () => {
    const inUse = using(webKey, gone, 3);
    const plan = planIpvs(stateWith(web), stateWith(fewer), 'ipv4', inUse);
    assert.deepEqual(lines(plan.steps), [`break ipvsadm -R: -e -t 10.96.0.10:80 -r ${gone} -m -w 0`]);
    assert.deepEqual(plan.draining, [{ virtualServer: webKey, realServer: gone, connections: 3 }]);
    const present = applySteps(stateWith(web), plan.steps);
    assert.deepEqual(planIpvs(present, stateWith(fewer), 'ipv4', inUse).steps, []);
    assert.deepEqual(lines(planIpvs(present, stateWith(fewer), 'ipv4', idle).steps), [
      `break ipvsadm -R: -d -t 10.96.0.10:80 -r ${gone}`,
    ]);
  });

  it('gives an endpoint that comes back its weight', () => {
    const present = applySteps(
      stateWith(web),
      planIpvs(stateWith(web), stateWith(fewer), 'ipv4', using(webKey, gone)).steps,
    );
    const plan = planIpvs(present, stateWith(web), 'ipv4', using(webKey, gone));
    assert.deepEqual(lines(plan.steps), [`make ipvsadm -R: -e -t 10.96.0.10:80 -r ${gone} -m -w 1`]);
    assert.deepEqual(plan.draining, []);
  });

  it('does not wait for UDP while the mode stays', () => {
    const [dns, fewerDns] = [web, fewer].map((server) => ({ ...server, protocol: 'udp' as const }));
    assert.ok(dns !== undefined && fewerDns !== undefined);
    const plan = planIpvs(stateWith(dns), stateWith(fewerDns), 'ipv4', using('udp 10.96.0.10:80', gone));
    assert.deepEqual(plan.draining, []);
    assert.deepEqual(lines(plan.steps), [`break ipvsadm -R: -d -u 10.96.0.10:80 -r ${gone}`]);
  });

  it('keeps virtual servers with their addresses when the mode is left, whatever the protocol', () => {
    for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
      const server = { ...web, protocol };
      const key = `${protocol} ${web.address}`;
      const other = { ...web, address: '10.96.0.11:80' };
      const before = stateWith(server, other);
      const plan = planIpvs(before, nothing, 'ipv4', using(key, gone));
      const present = applySteps(before, plan.steps);
      assert.deepEqual([...present.virtualServers.keys()], [key]);
      assert.deepEqual(present.virtualServers.get(key)?.realServers, new Map([[gone, 0]]));
      assert.deepEqual(present.serviceDevice?.addresses, new Set(['10.96.0.10']));
      assert.deepEqual(present.ipsets, new Map());
      assert.deepEqual(planIpvs(present, nothing, 'ipv4', using(key, gone)).steps, []);
      const after = applySteps(present, planIpvs(present, nothing, 'ipv4', idle).steps);
      assert.deepEqual(after.virtualServers, new Map());
      assert.deepEqual(after.serviceDevice?.addresses, new Set());
    }
  });

  it("keeps a node port's sign, which nothing else tells from others' virtual servers", () => {
    const nodePort = { ...web, address: '192.168.7.2:30080' };
    const key = 'tcp 192.168.7.2:30080';
    const before = stateWith(web, nodePort, { ...nodePort, address: '192.168.7.2:30081' });
    const present = applySteps(before, planIpvs(before, nothing, 'ipv4', using(key, gone)).steps);
    assert.deepEqual([...present.ipsets.values()], [set('KUBE-NODE-PORT-TCP', 'bitmap:port', '30080')[1]]);
    const after = applySteps(present, planIpvs(present, nothing, 'ipv4', idle).steps);
    assert.deepEqual([after.ipsets.size, after.virtualServers.size], [0, 0]);
  });

  it('keeps the node closed on the address of a Service that was deleted', () => {
    const desired = stateWith();
    const plan = planIpvs(stateWith(web), desired, 'ipv4', using(webKey, gone));
    const present = applySteps(stateWith(web), plan.steps);
    assert.deepEqual(present.ipsets.get('KUBE-IPVS-IPS')?.entries, new Set(['10.96.0.10']));
    assert.deepEqual(present.ipsets.get('KUBE-CLUSTER-IP')?.entries, new Set());
    assert.deepEqual(applySteps(present, planIpvs(present, desired, 'ipv4', idle).steps), desired);
  });

  it('does not mind connections that have nothing to do with what goes', () => {
    const foreign = using('tcp 192.0.2.1:443', gone);
    assert.deepEqual(planIpvs(stateWith(web), stateWith(fewer), 'ipv4', foreign).draining, []);
    assert.deepEqual(planIpvs(stateWith(web), stateWith(web), 'ipv4', using(webKey, gone)).steps, []);
  });
});
