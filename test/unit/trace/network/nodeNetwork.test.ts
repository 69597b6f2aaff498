import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deviceSetting } from '../../../../agent/trace/network/deviceSetting.ts';
import { address } from '../tracedPacket.ts';
import { familyOf, networkOf, routeTo, words } from './networkSupport.ts';

const addresses = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN
    inet 127.0.0.1/8 scope host lo
    inet6 ::1/128 scope host
2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master br0 state UP
    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0
    inet 10.0.0.6/24 scope global secondary eth0
    inet 10.1.0.1/16 scope global eth0
    inet6 fd00::5/64 scope global
    inet6 2001:db8::5/64 scope global deprecated
    inet6 fe80::5/64 scope link
3: ptp0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420
    inet 10.9.0.1 peer 10.9.0.2/32 scope global ptp0
    inet6 fd00:9::1/64 scope global tentative
4: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 state DOWN
    inet 10.96.0.10/32 scope global kube-ipvs0
    inet6 fd00:96::10/128 scope global
`;
const routes = `default via 10.0.0.1 dev eth0 proto dhcp metric 100
default via 10.1.0.2 dev eth0 metric 200
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5
10.1.0.0/16 dev eth0 proto kernel scope link src 10.1.0.1
10.9.0.2 dev ptp0 proto kernel scope link src 10.9.0.1
10.244.0.9 dev veth1 scope link
10.244.1.0/24 via 10.1.0.7 dev eth0
10.244.2.0/24 via inet6 fe80::7 dev eth0
10.244.3.0/24 proto static
	nexthop via 10.0.0.7 dev eth0 weight 1
	nexthop via 10.0.0.8 dev eth0 weight 1 dead linkdown
	nexthop dev ptp0 weight 3
10.244.4.0/24 via 10.0.0.9 dev eth9 dead linkdown
10.244.4.0/22 via 10.0.0.10 dev eth8 linkdown
blackhole 10.244.0.0/24 proto bird
unreachable 10.245.0.0/16
prohibit 10.246.0.0/16 metric 5
throw 10.247.0.0/16
10.55.0.0/16 tos 0x10 dev ptp0 scope link
default dev veth9 table 100 scope link
unreachable default table 101
local 10.0.0.5 dev eth0 table local proto kernel scope host src 10.0.0.5
local 10.0.0.6 dev eth0 table local proto kernel scope host src 10.0.0.5
local 10.1.0.1 dev eth0 table local proto kernel scope host src 10.1.0.1
local 10.96.0.10 dev kube-ipvs0 table local proto kernel scope host src 10.96.0.10
broadcast 10.0.0.255 dev eth0 table local proto kernel scope link src 10.0.0.5
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 10.250.0.0/16 dev lo table local scope host
10.250.1.0/24 dev ptp0 scope link
`;
const routes6 = `fd00::/64 dev eth0 proto kernel metric 256 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium
fe80::/64 dev ptp0 proto kernel metric 256 pref medium
default via fe80::1 dev eth0 proto ra metric 1024 expires 1799sec hoplimit 64 pref medium
default via fd00::1 dev eth0 metric 10 pref medium
blackhole fd00:10:244::/64 dev lo metric 1024 pref medium
local ::1 dev lo table local proto kernel metric 0 pref medium
local fd00::5 dev eth0 table local proto kernel metric 0 pref medium
anycast fd00:: dev eth0 table local proto kernel metric 0 pref medium
local fd00:96::10 dev kube-ipvs0 table local proto kernel metric 0 pref medium
multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium
unreachable default dev lo table unspec proto kernel metric 4294967295 error -101 pref medium
`;
const ownRules = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';
const whole = networkOf({ addresses, routes, routes6, rules: ownRules, rules6: ownRules, sysctls: 'a.b = 1\n' });

describe('a route', () => {
  const cases: readonly (readonly [destination: string, route: string])[] = [
    ['8.8.8.8', 'unicast eth0 via 10.0.0.1 src 10.0.0.5'],
    ['10.0.0.99', 'unicast eth0 src 10.0.0.5'],
    ['10.0.0.5', 'local eth0 src 10.0.0.5'],
    ['10.0.0.6', 'local eth0 src 10.0.0.5'],
    ['10.0.0.255', 'broadcast eth0 src 10.0.0.5'],
    ['127.3.2.1', 'local lo src 127.0.0.1'],
    ['10.96.0.10', 'local kube-ipvs0 src 10.96.0.10'],
    ['10.96.0.11', 'unicast eth0 via 10.0.0.1 src 10.0.0.5'],
    // Without an address of its own, the device borrows one.
    ['10.244.0.9', 'unicast veth1 src 10.0.0.5'],
    ['10.244.0.10', 'blackhole'],
    // The address that shares a network with the gateway.
    ['10.244.1.1', 'unicast eth0 via 10.1.0.7 src 10.1.0.1'],
    ['10.244.2.1', 'unicast eth0 via fe80::7 src 10.0.0.5'],
    ['10.244.3.1', 'unicast eth0 via 10.0.0.7 src 10.0.0.5 (multipath-route)'],
    ['10.244.4.1', 'unicast eth8 via 10.0.0.10 src 10.0.0.5'],
    ['10.245.0.1', 'unreachable'],
    ['10.246.0.1', 'prohibit'],
    ['10.247.0.1', 'none'],
    ['10.55.0.1', 'unicast eth0 via 10.0.0.1 src 10.0.0.5'],
    // Without own rules, a longer prefix of main comes before a local one.
    ['10.250.0.1', 'local lo src 10.250.0.1'],
    ['10.250.1.1', 'unicast ptp0 src 10.9.0.1'],
    ['2001:db8:1::1', 'unicast eth0 via fd00::1 src fd00::5'],
    ['fd00::77', 'unicast eth0 src fd00::5'],
    ['fe80::77', 'unicast eth0 src fe80::5'],
    ['fd00:10:244::1', 'blackhole'],
    ['fd00::5', 'local eth0 src fd00::5'],
    ['fd00::', 'local eth0 src fd00::5'],
    ['fd00:96::10', 'local kube-ipvs0 src fd00:96::10'],
    ['ff02::1', 'multicast eth0 src fe80::5'],
  ];
  for (const [destination, route] of cases) {
    it(`to ${destination}: ${route}`, () => {
      assert.equal(words(routeTo(whole, destination)), route);
    });
  }

  it('through one device alone', () => {
    assert.equal(words(routeTo(whole, '10.244.3.1', { outDevice: 'ptp0' })), 'unicast ptp0 src 10.9.0.1');
    assert.equal(words(routeTo(whole, '8.8.8.8', { outDevice: 'ptp0' })), 'none');
    assert.equal(words(routeTo(whole, 'fe80::77', { outDevice: 'ptp0' })), 'unicast ptp0');
  });

  it('is passed over without carrier where the kernel is told to', () => {
    const sysctls =
      'net.ipv4.conf.eth8.ignore_routes_with_linkdown = 1\nnet.ipv4.conf.all.ignore_routes_with_linkdown = 0\n';
    const network = networkOf({ addresses, routes, sysctls });
    assert.equal(words(routeTo(network, '10.244.4.1')), 'unicast eth0 via 10.0.0.1 src 10.0.0.5');
  });
});

describe('a routing rule', () => {
  const cases: readonly (readonly [rule: string, asked: Parameters<typeof routeTo>[2], route: string])[] = [
    ['from all lookup 100', {}, 'unicast veth9'],
    ['from 10.0.0.0/8 lookup 100', { from: '10.0.0.5' }, 'unicast veth9'],
    ['from 10.0.0.0/8 lookup 100', { from: '11.0.0.5' }, 'unicast eth0'],
    ['not from 10.0.0.0/8 lookup 100', { from: '11.0.0.5' }, 'unicast veth9'],
    ['from all to 8.8.0.0/16 lookup 100', {}, 'unicast veth9'],
    ['from all to 8.9.0.0/16 lookup 100', {}, 'unicast eth0'],
    ['from all fwmark 0x1/0xff lookup 100', { mark: 0x4001 }, 'unicast veth9'],
    ['from all fwmark 0x1 lookup 100', { mark: 0x4001 }, 'unicast eth0'],
    ['from all iif eth0 lookup 100', { inDevice: 'eth0' }, 'unicast veth9'],
    ['from all iif eth0 [detached] lookup 100', {}, 'unicast eth0'],
    ['from all iif lo lookup 100', {}, 'unicast veth9'],
    ['from all iif lo lookup 100', { inDevice: 'eth0' }, 'unicast eth0'],
    ['from all oif veth9 lookup 100', { outDevice: 'veth9' }, 'unicast veth9'],
    ['from all lookup 100 suppress_prefixlength 0', {}, 'unicast eth0'],
    ['from all lookup 100 suppress_ifgroup 2', {}, 'unknown suppress_ifgroup 2'],
    ['from all lookup 101', {}, 'unreachable'],
    ['from all lookup 102', {}, 'unicast eth0'],
    ['from all blackhole', {}, 'blackhole'],
    ['from all unreachable', {}, 'unreachable'],
    ['from all to 8.8.8.8 prohibit', {}, 'prohibit'],
    ['from all goto 32767', {}, 'none'],
    ['from all nop', {}, 'unicast eth0'],
    ['from all tos 0x10 lookup 100', {}, 'unicast eth0'],
    ['from all ipproto udp lookup 100', { protocol: 17 }, 'unicast veth9'],
    ['from all ipproto udp lookup 100', { protocol: 6 }, 'unicast eth0'],
    ['from all ipproto udp lookup 100', {}, 'unknown ipproto, sport or dport'],
    ['from all dport 80-90 lookup 100', { destinationPort: 85 }, 'unicast veth9'],
    ['from all sport 80 lookup 100', { sourcePort: 81 }, 'unicast eth0'],
    // What is not known does not matter where the rule changes nothing, or does not hold anyway.
    ['from all ipproto udp lookup 102', {}, 'unicast eth0'],
    ['from 9.9.9.9 ipproto udp lookup 100', {}, 'unicast eth0'],
    ['from all uidrange 1000-2000 lookup 100', {}, 'unknown uidrange'],
    ['from all uidrange 1000-2000 lookup 100', { inDevice: 'eth0' }, 'unicast eth0'],
    ['from all lookup [l3mdev-table]', {}, 'unicast eth0'],
    ['from all lookup [l3mdev-table]', { inDevice: 'red0' }, 'unknown l3mdev'],
  ];
  const vrf = 'red: <NOARP,MASTER,UP,LOWER_UP> mtu 65575\n';
  const member = 'red0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master red state UP\n';
  for (const [rule, asked, expected] of cases) {
    it(`${rule} ${JSON.stringify(asked)}: ${expected}`, () => {
      const rules = ownRules.replace('\n', `\n100:\t${rule}\n`);
      const network = networkOf({ addresses: `${addresses}5: ${vrf}6: ${member}`, routes, rules });
      const route = routeTo(network, '8.8.8.8', asked);
      const found = route.unknown ? `unknown ${route.unknown.args['selector']}` : words({ ...route, via: undefined });
      assert.equal(found.replace(/ src \S+/, ''), expected);
    });
  }

  it('keeps the local table apart from main', () => {
    const network = networkOf({ addresses, routes, rules: `${ownRules}40000:\tfrom all blackhole\n` });
    assert.equal(words(routeTo(network, '10.250.1.1')), 'local lo src 10.250.1.1');
    assert.equal(words(routeTo(network, '10.247.0.1')), 'blackhole');
  });
});

describe('the type of an address', () => {
  const cases: readonly (readonly [address: string, device: string | undefined, type: string | undefined])[] = [
    ['10.0.0.5', undefined, 'local'],
    ['10.0.0.5', 'eth0', 'local'],
    ['10.0.0.5', 'ptp0', 'unicast'],
    ['10.96.0.10', undefined, 'local'],
    ['10.96.0.11', undefined, 'unicast'],
    ['10.250.0.9', undefined, 'local'],
    ['127.9.9.9', undefined, 'local'],
    ['10.0.0.255', undefined, 'broadcast'],
    ['255.255.255.255', undefined, 'broadcast'],
    ['0.0.0.0', undefined, 'broadcast'],
    ['224.0.0.1', undefined, 'multicast'],
    ['10.244.0.10', undefined, 'unicast'],
    ['fd00::5', undefined, 'local'],
    ['fd00::5', 'eth0', 'local'],
    ['fd00::5', 'ptp0', 'unicast'],
    ['fd00::', undefined, 'anycast'],
    ['fd00::9', undefined, 'unicast'],
    ['fd00:10:244::1', undefined, 'blackhole'],
    ['::', undefined, 'unspec'],
    ['ff02::1', undefined, 'multicast'],
  ];
  for (const [text, device, type] of cases) {
    it(`${text}${device === undefined ? '' : ` at ${device}`} is ${type}`, () => {
      assert.equal(whole.addressType(familyOf(text), address(text), device), type);
    });
  }
});

describe('a snapshot that lacks', () => {
  const codes = (network: { missing: readonly { code: string }[] }): string[] =>
    network.missing.map(({ code }) => code);

  it('nothing says so', () => {
    assert.deepEqual(codes(whole), []);
  });

  it('routes has those that addresses make', () => {
    const network = networkOf({ addresses });
    const answers = [
      '10.0.0.5',
      '127.1.1.1',
      '10.0.0.255',
      '10.9.0.2',
      '10.96.0.10',
      'fd00::7',
      '8.8.8.8',
      '2001:db8:9::1',
    ];
    assert.deepEqual(
      answers.map((destination) => words(routeTo(network, destination))),
      [
        'local eth0 src 10.0.0.5',
        'local lo src 127.0.0.1',
        'broadcast eth0 src 10.0.0.5 (routes-missing)',
        'unicast ptp0 src 10.9.0.1 (routes-missing)',
        // Its device is down, but has the address all the same.
        'local kube-ipvs0 src 10.96.0.10',
        'unicast eth0 src fd00::5 (routes-missing)',
        'none (routes-missing)',
        'none (routes-missing)',
      ],
    );
    assert.deepEqual(codes(network), ['routes-missing', 'rules-missing', 'sysctls-missing']);
    assert.equal(
      network.missing[0]?.args['command'],
      'ip -4 -j route show table all > routes.json && ip -6 -j route show table all > routes6.json',
    );
  });

  it('addresses has those of the table local', () => {
    const network = networkOf({ routes, routes6 });
    assert.equal(network.localAddresses?.get('10.0.0.6'), 'eth0');
    assert.equal(network.localAddresses?.has('10.250.0.0'), false);
    assert.equal(words(routeTo(network, '10.0.0.6')), 'local eth0 src 10.0.0.5');
    assert.equal(words(routeTo(network, '8.8.8.8')), 'unicast eth0 via 10.0.0.1 src 10.0.0.5');
    assert.equal(words(routeTo(network, '10.244.1.1')), 'unicast eth0 via 10.1.0.7 src 10.1.0.1');
    assert.equal(words(routeTo(network, '2001:db8:1::1')), 'unicast eth0 via fd00::1 src fd00::5');
    const eth0 = network.deviceAddresses('ipv4', 'eth0').map(({ text }) => text);
    assert.deepEqual(eth0, ['10.0.0.5', '10.0.0.6', '10.1.0.1']);
    assert.equal(network.sourceAddress('ipv4', 'eth0', address('10.1.0.7'))?.text, '10.1.0.1');
    assert.ok(codes(network).includes('addresses-missing'));
  });

  it('all devices but one does not know whether other addresses are local', () => {
    const network = networkOf({ addresses: '4: kube-ipvs0    inet 10.96.0.10/32 scope global kube-ipvs0\n' });
    const type = (text: string): string | undefined => network.addressType(familyOf(text), address(text));
    assert.equal(type('10.96.0.10'), 'local');
    assert.equal(type('127.0.0.1'), 'local');
    assert.equal(type('10.0.0.5'), undefined);
    assert.equal(type('fd00::5'), undefined);
    const every = networkOf({ addresses });
    assert.equal(every.addressType('ipv4', address('10.0.0.77')), 'unicast');
    assert.equal(every.addressType('ipv6', address('fd77::5')), 'unicast');
  });

  it('both knows loopback alone', () => {
    const network = networkOf({});
    assert.equal(network.localAddresses, undefined);
    assert.equal(words(routeTo(network, '10.0.0.5')), 'none (routes-missing)');
    assert.equal(network.addressType('ipv4', address('127.0.0.1')), 'local');
    assert.equal(network.addressType('ipv6', address('::1')), 'local');
    assert.equal(network.addressType('ipv4', address('10.0.0.5')), undefined);
    assert.equal(network.addressType('ipv6', address('fd00::5')), undefined);
    assert.equal(network.addressType('ipv4', address('224.0.0.1')), 'multicast');
  });

  it('some entries, because they are odd, goes on with the others', () => {
    const network = networkOf({
      addresses: '[{"ifname":7},{"ifname":"eth0","addr_info":[{"local":"10.0.0.5","prefixlen":24},{}]},{}]',
      routes: '[{"dst":"default","dev":"eth0"},{"dst":"x"},{"type":"strange","dst":"default"},7]',
      rules: 'nonsense\n0:\tfrom all lookup local\n5:\tfrom nowhere lookup 7\n32766:\tfrom all lookup main\n',
      sysctls: 'net.ipv4.ip_forward = 1\n???\n',
    });
    assert.deepEqual(
      network.missing.map(({ code, args }) => `${code} ${args['part']} ${args['count']}`),
      [
        'network-entries-not-understood addresses 1',
        'network-entries-not-understood routes 3',
        'network-entries-not-understood rules 2',
      ],
    );
    assert.equal(words(routeTo(network, '8.8.8.8')), 'unicast eth0 src 10.0.0.5');
    assert.equal(network.setting('net.ipv4.ip_forward'), '1');
    assert.deepEqual(codes(networkOf({ addresses: '[{"ifname":', routes, rules: ownRules, sysctls: 'a = 1' })), [
      'network-entries-not-understood',
    ]);
  });
});

describe('addresses of devices', () => {
  it('are listed in the order of the kernel', () => {
    const texts = whole.deviceAddresses('ipv4', 'eth0').map(({ text }) => text);
    assert.deepEqual(texts, ['10.0.0.5', '10.0.0.6', '10.1.0.1']);
    assert.deepEqual(whole.deviceAddresses('ipv6', 'none'), []);
    assert.equal(whole.localAddresses?.get('10.96.0.10'), 'kube-ipvs0');
  });

  it('are taken for masquerading as the kernel does', () => {
    const source = (family: 'ipv4' | 'ipv6', device: string, nextHop: string): string | undefined =>
      whole.sourceAddress(family, device, address(nextHop))?.text;
    assert.equal(source('ipv4', 'eth0', '10.0.0.1'), '10.0.0.5');
    assert.equal(source('ipv4', 'eth0', '10.1.2.3'), '10.1.0.1');
    assert.equal(source('ipv4', 'veth1', '10.244.0.9'), '10.0.0.5');
    assert.equal(source('ipv4', 'lo', '10.0.0.1'), '10.0.0.5');
    assert.equal(source('ipv6', 'eth0', 'fd00::9'), 'fd00::5');
    assert.equal(source('ipv6', 'eth0', '2001:db8::9'), 'fd00::5');
    assert.equal(source('ipv6', 'eth0', 'fe80::9'), 'fe80::5');
  });
});

describe('a setting of a device', () => {
  const network = networkOf({
    sysctls: `net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.default.rp_filter = 2
net.ipv4.conf.eth0.rp_filter = 0
net.ipv4.conf.bond0/12.rp_filter = 2
net.ipv4.conf.all.route_localnet=0
net.ipv4.conf.eth0.route_localnet=1
net.ipv4.conf.all.forwarding = 1
net.ipv4.conf.eth0.forwarding = 0
`,
  });
  const cases = [
    ['eth0', 'rp_filter', 1],
    ['bond0.12', 'rp_filter', 2],
    ['new0', 'rp_filter', 2],
    ['eth0', 'route_localnet', 1],
    ['eth1', 'route_localnet', 0],
    ['eth0', 'forwarding', 0],
    ['eth1', 'forwarding', 1],
    ['eth0', 'accept_local', undefined],
  ] as const;
  for (const [device, name, value] of cases) {
    it(`${name} of ${device} is ${value}`, () => {
      assert.equal(deviceSetting(network, device, name), value);
    });
  }
});
