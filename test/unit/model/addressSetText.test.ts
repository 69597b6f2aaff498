import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressSetText } from '../../../agent/model/addressSetText.ts';

/** Members of a set, and how nft 1.0.6 lists it. */
const listed: readonly (readonly [string, string])[] = [
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['10.0.0.1/32', '10.0.0.1'],
  ['10.0.0.0/8 10.1.0.0/16', '{ 10.0.0.0/8 }'],
  ['10.1.0.0/16 10.0.0.0/16', '{ 10.0.0.0/15 }'],
  ['10.0.0.1/32 10.0.0.3 10.0.0.2', '{ 10.0.0.1-10.0.0.3 }'],
  ['255.255.255.0/24 10.0.0.4/31 255.255.254.0/24', '{ 10.0.0.4/31, 255.255.254.0/23 }'],
  ['10.0.0.4 255.255.254.0-255.255.255.255', '{ 10.0.0.4, 255.255.254.0/23 }'],
  ['128.0.0.0/1 10.0.0.4', '{ 10.0.0.4, 128.0.0.0/1 }'],
  ['10.9.0.0/24 10.9.0.5 10.9.0.0/24', '{ 10.9.0.0/24 }'],
];

describe('the text of a set of addresses', () => {
  for (const [members, text] of listed) {
    it(`${members} becomes ${text}`, () => {
      assert.equal(addressSetText(members.split(' '), 'ipv4'), text);
    });
  }

  it('has IPv6 addresses in their shortest form', () => {
    const members = ['fd00::2:0/112', 'fd00:0:0:0::1', 'fd00::3:0/112'];
    assert.equal(addressSetText(members, 'ipv6'), '{ fd00::1, fd00::2:0/111 }');
  });
});
