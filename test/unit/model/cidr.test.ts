import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cidrContains, parseCidr } from '../../../agent/model/cidr.ts';
import { formatIpNumber, parseIpNumber } from '../../../agent/model/ipNumber.ts';

describe('blocks of addresses', () => {
  const canonical: readonly [text: string, expected: string | undefined][] = [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/30', '10.1.2.0/30'],
    ['010.001.002.003/32', '10.1.2.3/32'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    [' 192.0.2.0/24\t', '192.0.2.0/24'],
    ['FD00:0:0::1/64', 'fd00::/64'],
    ['fd00::1/128', 'fd00::1/128'],
    ['::1/0', '::/0'],
    ['10.0.0.0', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/-1', undefined],
    ['10.0.0/8', undefined],
    ['fd00::/129', undefined],
    ['fd00::/64/64', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of canonical) {
    it(`"${text}" is ${expected ?? 'none'}`, () => {
      assert.equal(parseCidr(text)?.text, expected);
    });
  }

  const containing: readonly [block: string, ip: string, expected: boolean][] = [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.4/30', '10.0.0.7', true],
    ['10.0.0.4/30', '10.0.0.8', false],
    ['0.0.0.0/0', '192.0.2.1', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '192.0.2.1', false],
    ['fd00::/64', 'fd00::ffff:0:1', true],
    ['fd00::/64', 'fd00:0:0:1::', false],
    ['::1/128', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', 'ten', false],
  ];
  for (const [block, ip, expected] of containing) {
    it(`${block} ${expected ? 'holds' : 'does not hold'} ${ip}`, () => {
      const cidr = parseCidr(block);
      assert.ok(cidr);
      assert.equal(cidrContains(cidr, ip), expected);
    });
  }

  it('of any size hold the address that they were made of', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (ip, bits) => {
        const prefixLength = isIPv6(ip) ? bits : bits % 33;
        const cidr = parseCidr(`${ip}/${prefixLength}`);
        assert.ok(cidr);
        assert.ok(cidrContains(cidr, ip));
        assert.deepEqual(parseCidr(cidr.text), cidr);
      }),
    );
  });
});

describe('addresses as numbers', () => {
  it('are the same address again as text', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
        for (const number of [
          { family: 'ipv6', value },
          { family: 'ipv4', value: value >> 96n },
        ] as const) {
          assert.deepEqual(parseIpNumber(formatIpNumber(number)), number);
        }
      }),
    );
  });
});
