import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  assumedKernelFacts,
  completeProxyOptions,
  type GivenProxyOptions,
} from '../../agent/compile/defaultProxyOptions.ts';
import { compileIpvs, type IpvsRules } from '../../agent/compile/ipvs/compileIpvs.ts';
import type { ProxyOptions } from '../../agent/compile/proxyOptions.ts';
import { resolveServices } from '../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { IptablesRules, IptablesTable, ServiceTable } from '../../agent/model/serviceRules.ts';
import type { KubernetesObjects } from '../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { readIptablesRules } from '../../agent/plan/iptables/readIptablesRules.ts';
import { quickIpvsadm } from '../../agent/plan/ipvs/quickIpvsadm.ts';
import { couldNotBegin } from '../../agent/plan/planStep.ts';
import { caseFolder } from '../golden/cases.ts';
import { recordedObjects, recordedOptions } from '../golden/compileInput.ts';
import { mixedObjects } from '../peers/mixedObjects.ts';
import { SeededRandom } from '../peers/seededRandom.ts';
import { type IpvsDump, IpvsNode, type IpvsState, ipvsState, nothing } from './applyIpvsNode.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

const nodeIps = ['10.0.2.15', '2001:db8:f::15'];

/** The node of the recordings, with the addresses that it had in IPv6. */
const recordedNode: ProxyOptions = {
  ...recordedOptions,
  kernel: {
    ...recordedOptions.kernel,
    addresses: [...nodeIps, 'fec0::5054:ff:fe12:3456'].map((ip) => ({ ip, prefixLength: 64, interfaceName: 'ens3' })),
  },
};

function options(given: Partial<GivenProxyOptions> = {}): ProxyOptions {
  return completeProxyOptions({ nodeName: 'testnode', nodeIps, zone: 'zone-a', ...given }, assumedKernelFacts(nodeIps));
}

function compile(objects: KubernetesObjects, chosen: ProxyOptions, family: IpFamily): IpvsRules {
  return compileIpvs(resolveServices(objects, chosen, family), chosen, family);
}

function compileMixed(seed: number, count: number, chosen: ProxyOptions): IpvsRules {
  const text = mixedObjects(seed, count).map((object) => JSON.stringify(object));
  return compile(readObjects(text.join('\n'), 'objects.jsonl').objects, chosen, 'ipv4');
}

function stateOf({ ipsets, virtualServers, serviceDevice }: IpvsState): IpvsState {
  return { ipsets, virtualServers, serviceDevice };
}

/** Chains and hooks, without what only readers know. */
function plainTables({ tables }: Pick<IptablesRules, 'tables'>): unknown {
  return new Map([...tables].map(([name, { chains, hooks }]) => [name, { chains, hooks }]));
}

/** What `iptables-restore` reads to make tables. */
function restoreText(tables: ReadonlyMap<ServiceTable, IptablesTable>): string {
  return [...tables]
    .map(([table, { chains, hooks }]) => {
      const rules = [...chains, ...hooks].flatMap(([chain, each]) => each.map((rule) => `-A ${chain} ${rule}`));
      return [`*${table}`, ...[...chains.keys()].map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT\n'].join('\n');
    })
    .join('');
}

describe('ipvs mode on the test node', () => {
  let machine: TestNode;
  let node: IpvsNode;

  before(async () => {
    machine = await startTestNode();
    node = new IpvsNode(machine);
    await node.run(foreignScript);
  });

  after(() => machine?.stop());

  for (const name of ['mixed-60', 'random-4-ipv6']) {
    it(`holds after one plan what kube-proxy put there: ${name}`, async () => {
      const family: IpFamily = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
      const read = (file: string): string => readFileSync(join(caseFolder(name, 'ipvs'), file), 'utf8');
      const recorded: IpvsDump = {
        ipset: read('ipset-save.txt'),
        ipvsadm: read('ipvsadm-save.txt'),
        addresses: read('kube-ipvs0.txt'),
        connections: '',
      };
      const desired = compile(recordedObjects(name), recordedNode, family);
      await node.apply(stateOf(desired), family);
      assert.deepEqual(node.state(family), ipvsState(recorded, family));
      assert.deepEqual((await node.apply(desired, family)).steps, []);
    });
  }

  it('gets from any objects to any others', async () => {
    const random = new SeededRandom(20261121);
    for (let step = 0; step < 30; step++) {
      node.isQuick = step % 2 === 0;
      const desired = stateOf(compileMixed(1 + random.below(6), random.below(25), options()));
      await node.apply(desired, 'ipv4');
      assert.deepEqual(node.state('ipv4'), desired, `step ${step}`);
    }
    node.isQuick = true;
  });

  it('changes to every scheduler', async () => {
    for (const scheduler of 'rr wrr lc wlc lblc lblcr sh dh sed nq fo ovf mh'.split(' ')) {
      const desired = stateOf(compileMixed(3, 2, options({ ipvs: { scheduler } })));
      await node.apply(desired, 'ipv4');
      assert.deepEqual(node.state('ipv4'), desired, scheduler);
    }
  });

  it('tells the kernel the same in the quicker way, and hears of the same failures', async () => {
    const saved = 'ipvsadm -Sn | grep -E "10.98|fd98"';
    const clear = `${saved} | sed "s/^-A/-D/; s/ -s .*//; /^-a/d" | ipvsadm -R`;
    const written = async (argv: readonly string[], lines: string): Promise<string> => {
      await machine.run(argv, { stdin: lines });
      return (await machine.run(['sh', '-c', `${saved}; ${clear}`])).toString();
    };
    const made = serverForms.map(([one]) => `${one}\n`).join('');
    const edited = `${made}${serverForms.map(([, other]) => `${other}\n`).join('')}`;
    for (const lines of [made, edited]) {
      const expected = await written(['ipvsadm', '-R'], lines);
      assert.match(expected, /^-a -t \[fd98::1\]:443 -r \[fd98::2\]:8443 -m -w 1$/m);
      assert.equal(await written(quickIpvsadm, lines), expected);
    }
    const twice = await machine.tryRun(quickIpvsadm, { stdin: '-D -t 10.98.0.9:9\n-D -t 10.98.0.9:9\n' });
    assert.equal(twice.exitCode, 1);
    assert.equal(twice.stderr.split('\n').length, 3);
    const unknown = await machine.tryRun(quickIpvsadm, { stdin: `${made}-A -t 10.98.0.9:9 --pe sip\n` });
    assert.equal(unknown.exitCode, couldNotBegin);
    assert.equal(await written(['true'], ''), '');
  });

  it('fills a set anew while rules match it', async () => {
    await node.run('iptables -t nat -A PREROUTING -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT');
    const desired = stateOf(compileMixed(3, 5, options()));
    const present = desired.ipsets.get('KUBE-CLUSTER-IP');
    assert.ok(present !== undefined);
    const larger = { ...present, options: 'family inet maxelem 131072' };
    const enlarged = { ...desired, ipsets: new Map(desired.ipsets).set(present.name, larger) };
    for (const wanted of [enlarged, desired]) {
      await node.apply(wanted, 'ipv4');
      assert.deepEqual(node.state('ipv4'), wanted);
    }
    await node.run('iptables -t nat -F PREROUTING');
  });

  const variants: readonly [what: string, given: Partial<GivenProxyOptions>, backends?: readonly string[]][] = [
    ['no detector', {}, ['nft', 'legacy']],
    ['masqueradeAll and the highest mark', { masqueradeAll: true, masqueradeBit: 31 }],
    ['a bridge', { localDetector: { kind: 'bridgeInterface', name: 'cni0' } }],
    ["interfaces' names", { localDetector: { kind: 'interfaceNamePrefix', prefix: 'veth' } }],
    ['a cluster CIDR', { localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:244::/64'] } }],
  ];
  for (const [what, given, backends = ['nft']] of variants) {
    it(`has the rules that iptables prints, with ${what}`, async () => {
      const { objects } = readObjects(JSON.stringify(closedService), 'objects.jsonl');
      for (const family of ['ipv4', 'ipv6'] as const) {
        const { ipsets, iptables } = compile(objects, options(given), family);
        await node.apply({ ...nothing, ipsets }, family);
        const stdin = restoreText(iptables.tables);
        for (const backend of backends) {
          const tool = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend}`;
          const loadAndSave = `${tool}-restore && ${tool}-save && for t in nat filter; do ${tool} -t $t -F && ${tool} -t $t -X; done`;
          const saved = (await machine.run(['sh', '-c', loadAndSave], { stdin })).toString();
          assert.deepEqual(plainTables(readIptablesRules(saved, undefined)), plainTables(iptables), tool);
        }
      }
    });
  }

  it('lets connections go on until they are over', async () => {
    const endpoint = '10.77.0.2:8080';
    const key = 'tcp 10.96.0.77:80';
    const serving = (realServers: ReadonlyMap<string, number>): IpvsState => ({
      ...nothing,
      virtualServers: new Map([[key, { ...plainServer, realServers }]]),
      serviceDevice: { name: 'kube-ipvs0', addresses: new Set(['10.96.0.77']) },
    });
    await node.run(podScript);
    await node.apply(serving(new Map([[endpoint, 1]])), 'ipv4');
    await node.run(clientScript);
    await node.run(moreAnswers);
    const draining = [{ virtualServer: key, realServer: endpoint, connections: 1 }];
    assert.deepEqual((await node.apply(serving(new Map()), 'ipv4')).draining, draining);
    assert.deepEqual(node.state('ipv4').virtualServers.get(key)?.realServers, new Map([[endpoint, 0]]));
    await node.run(moreAnswers);
    assert.deepEqual((await node.apply(nothing, 'ipv4')).draining, draining);
    assert.deepEqual(node.state('ipv4'), serving(new Map([[endpoint, 0]])));
    await node.run(moreAnswers);
    await node.run('kill "$(cat /run/client.pid)"');
    while ((await node.apply(nothing, 'ipv4')).draining.length > 0);
    assert.deepEqual(node.state('ipv4'), { ...nothing, serviceDevice: { name: 'kube-ipvs0', addresses: new Set() } });
  });

  it('leaves everything of others alone', async () => {
    await node.apply(nothing, 'ipv4');
    await node.apply(nothing, 'ipv6');
    await node.run('ip link delete dev kube-ipvs0');
    const { ipset, ipvsadm, addresses } = node.dump;
    const sets = ipset.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '));
    assert.deepEqual(sets.sort(), [
      '',
      'add mine 10.96.0.2,tcp:80',
      'create KUBE-SRC-ABCDEFGH hash:ip',
      'create mine hash:ip,port',
    ]);
    assert.equal(
      ipvsadm,
      '-A -t 198.51.100.1:80 -s wlc\n-a -t 198.51.100.1:80 -r 192.0.2.77:80 -g -w 1\n-A -f 7 -s rr\n',
    );
    assert.ok(addresses.includes('10.96.7.7'));
  });
});

/** Things of others that look like kube-proxy's. */
const foreignScript = `
  ipset create KUBE-SRC-ABCDEFGH hash:ip
  ipset create mine hash:ip,port
  ipset add mine 10.96.0.2,tcp:80
  ip link add dummy7 type dummy
  ip address add 10.96.7.7/32 dev dummy7
  ipvsadm -A -t 198.51.100.1:80 -s wlc
  ipvsadm -a -t 198.51.100.1:80 -r 192.0.2.77:80 -g
  ipvsadm -A -f 7 -s rr`;

const plainServer = {
  protocol: 'tcp',
  address: '10.96.0.77:80',
  scheduler: 'rr',
  persistenceSeconds: undefined,
  persistenceMask: undefined,
  flags: [],
} as const;

/** Lines that make virtual servers, and lines that change them. */
const serverForms: readonly (readonly [string, string])[] = [
  ['-A -t 10.98.0.1:80 -s rr', '-E -t 10.98.0.1:80 -s sh -p 60 -M 255.255.255.0 -b sh-port,sh-fallback'],
  ['-a -t 10.98.0.1:80 -r 10.98.1.1:8080 -m -w 1', '-e -t 10.98.0.1:80 -r 10.98.1.1:8080 -m -w 0'],
  ['-a -t 10.98.0.1:80 -r 10.98.1.2:8080 -m -w 65535', '-d -t 10.98.0.1:80 -r 10.98.1.2:8080'],
  ['-A -u 10.98.0.1:53 -s wrr -o', '-E -u 10.98.0.1:53 -s mh -b mh-fallback,mh-port'],
  ['-a -u 10.98.0.1:53 -r 10.98.1.1:53 -m -w 2', '-a -u 10.98.0.1:53 -r 10.98.1.3:53 -m -w 2'],
  ['-A --sctp-service 10.98.0.1:99 -s lc -p 86400', '-E --sctp-service 10.98.0.1:99 -s lc -b flag-1,flag-2,flag-3'],
  ['-A -t [fd98::1]:443 -s rr -p 10 -M 64', '-E -t [fd98::1]:443 -s rr -p 10'],
  ['-a -t [fd98::1]:443 -r [fd98::2]:8443 -m -w 1', '-D -u 10.98.0.1:53'],
];

/** A load balancer of both families that the node may not use. */
const closedService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'closed', namespace: 'shop' },
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.96.3.3',
    clusterIPs: ['10.96.3.3', 'fd00:96::33'],
    ipFamilies: ['IPv4', 'IPv6'],
    loadBalancerSourceRanges: ['198.51.100.7/32', '2001:db8:7::7/128', '2001:db8:8::/48'],
    ports: [
      { name: 'a', protocol: 'TCP', port: 80, nodePort: 30080 },
      { name: 'b', protocol: 'UDP', port: 53, nodePort: 30053 },
      { name: 'c', protocol: 'SCTP', port: 99, nodePort: 30099 },
    ],
    externalIPs: ['192.0.2.9', '2001:db8:9::9'],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30999,
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.33' }, { ip: '2001:db8:33::33' }] } },
};

/** A namespace that stands for a pod, with a server that gives back what it gets. */
const podScript = `
  sysctl -qw net.ipv4.vs.conntrack=1 net.ipv4.ip_forward=1
  ip netns add pod
  ip link add pod type veth peer name eth0 netns pod
  ip address add 10.77.0.1/24 dev pod
  ip link set pod up
  ip -n pod address add 10.77.0.2/24 dev eth0
  ip -n pod link set eth0 up
  ip -n pod route add default via 10.77.0.1
  cat > /run/server.pl <<'END'
use IO::Socket::INET;
my $server = IO::Socket::INET->new(Listen => 1, LocalPort => 8080, ReuseAddr => 1) or die;
open my $ready, '>', '/run/server.ready';
my $client = $server->accept or die;
while ($client->sysread(my $bytes, 1)) { $client->syswrite($bytes) }
END
  setsid ip netns exec pod perl /run/server.pl < /dev/null > /dev/null 2>&1 3>&- &
  until [ -e /run/server.ready ]; do :; done`;

/** A client of the virtual server that writes down every answer. */
const clientScript = `
  cat > /run/client.pl <<'END'
use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(PeerAddr => '10.96.0.77:80') or die;
open my $answers, '>>', '/run/answers' or die;
$answers->autoflush(1);
while ($server->syswrite('x')) { $server->sysread(my $byte, 1) or last; print $answers $byte; select undef, undef, undef, 0.1 }
END
  : > /run/answers
  setsid perl /run/client.pl < /dev/null > /run/client.log 2>&1 3>&- &
  echo $! > /run/client.pid`;

/** Ends when the client got three answers more. */
const moreAnswers = `
  before=$(wc -c < /run/answers)
  until [ "$(wc -c < /run/answers)" -ge $((before + 3)) ]; do :; done`;
