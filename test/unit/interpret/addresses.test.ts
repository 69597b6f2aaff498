import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddresses } from '../../../agent/interpret/addresses.ts';
import { holdsOnly } from '../../../agent/interpret/addressRange.ts';
import { hostOf, parseAddressAndPort } from '../../../agent/interpret/addressText.ts';
import { Locator } from '../../../agent/interpret/locator.ts';
import { canonicalIp } from '../../../agent/model/canonicalIp.ts';

describe('canonicalIp', () => {
  const cases: readonly [text: string, expected: string | undefined][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['010.000.0.1', '10.0.0.1'],
    ['10.0.0.256', undefined],
    ['10.0.0', undefined],
    ['', undefined],
    ['None', undefined],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:1:2:3:4:5:6', '2001:0:1:2:3:4:5:6'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1:2:3:4::5:6:7:8', undefined],
    [':::', undefined],
    ['g::1', undefined],
  ];
  for (const [text, expected] of cases) {
    it(`${text || '(empty)'} is ${expected ?? 'none'}`, () => assert.equal(canonicalIp(text), expected));
  }
});

describe('holdsOnly', () => {
  const addresses = new Set(['203.0.113.17', '203.0.113.18', 'fd00::a', 'fd00::b']);
  const cases: readonly [range: string, expected: boolean][] = [
    ['203.0.113.17/32', true],
    ['203.0.113.17', true],
    ['203.0.113.17-203.0.113.18', true],
    ['203.0.113.17-203.0.113.19', false],
    ['203.0.113.18/31', false],
    ['fd00::a/127', true],
    ['fd00::a-fd00::b', true],
    ['fd00::/64', false],
    ['0.0.0.0/0', false],
    ['nonsense', false],
    ['10.0.0.1/99', false],
  ];
  for (const [range, expected] of cases) {
    it(`${range}: ${expected}`, () => assert.equal(holdsOnly(range, addresses), expected));
  }
});

describe('addresses in rules', () => {
  it('with ports', () => {
    assert.deepEqual(parseAddressAndPort('10.0.0.1:80'), { ip: '10.0.0.1', port: 80 });
    assert.deepEqual(parseAddressAndPort('[FD00::1]:80'), { ip: 'fd00::1', port: 80 });
    for (const text of ['10.0.0.1', '10.0.0.1-10.0.0.9:80', ':80', '10.0.0.1:', '']) {
      assert.equal(parseAddressAndPort(text), undefined);
    }
  });

  it('of single hosts', () => {
    assert.deepEqual(['10.0.0.1/32', 'fd00::1/128', '10.0.0.1', '10.0.0.0/24', 'fd00::1/32'].map(hostOf), [
      '10.0.0.1',
      'fd00::1',
      '10.0.0.1',
      undefined,
      undefined,
    ]);
  });
});

describe('parseAddresses', () => {
  const read = (text: string) =>
    parseAddresses(text, new Locator('part', text)).map(({ device, ip, location }) => [device, ip, location.line]);

  it('reads ip -o addr', () => {
    assert.deepEqual(
      read(
        '1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n6: kube-ipvs0    inet6 fd00::9/128 scope global \\       valid_lft forever\n',
      ),
      [
        ['lo', '127.0.0.1', 0],
        ['kube-ipvs0', 'fd00::9', 1],
      ],
    );
  });

  it('reads ip addr', () => {
    const text = `1: lo: <LOOPBACK,UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
5: eth0@if6: <BROADCAST,UP> mtu 1500
    inet 10.1.0.5/24 brd 10.1.0.255 scope global eth0
    inet6 fe80::1/64 scope link
7: ppp0: <POINTOPOINT,UP>
    inet 10.9.0.1 peer 10.9.0.2/32 scope global ppp0
`;
    assert.deepEqual(read(text), [
      ['lo', '127.0.0.1', 1],
      ['eth0', '10.1.0.5', 4],
      ['eth0', 'fe80::1', 5],
      ['ppp0', '10.9.0.1', 7],
    ]);
  });

  it('reads ip -j addr', () => {
    const text = JSON.stringify(
      [
        { ifindex: 1, ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
        {},
        { ifindex: 6, ifname: 'kube-ipvs0', addr_info: [{ family: 'inet', local: '10.96.0.9' }, { local: 'fd00::9' }] },
      ],
      undefined,
      1,
    );
    assert.deepEqual(
      read(text).map(([device, ip]) => `${device} ${ip}`),
      ['lo 127.0.0.1', 'kube-ipvs0 10.96.0.9', 'kube-ipvs0 fd00::9'],
    );
  });

  it('passes over what it does not understand', () => assert.deepEqual(read('hello\n[broken\n'), []));
});
