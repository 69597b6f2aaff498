import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeDump, encodeDump } from '../../../agent/ruleset/common/encoding.ts';

const mark = '\uFEFF';
const text = `${mark}-A INPUT -m comment --comment "käse" -j DROP\r\n`;
const forms = [
  ['utf-8', Buffer.from(text)],
  ['utf-16le', Buffer.from(text, 'utf16le')],
  ['utf-16be', Buffer.from(text, 'utf16le').swap16()],
] as const;

for (const [encoding, bytes] of forms) {
  test(`${encoding} with a byte order mark`, () => {
    assert.deepEqual(decodeDump(bytes), { text, encoding });
    // A view into the middle of a larger buffer, as streams give them.
    const inside = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
    assert.deepEqual(decodeDump(inside), { text, encoding });
    assert.deepEqual(inside, bytes);
  });
}

test('what is no text is one code unit per byte', () => {
  assert.deepEqual(decodeDump(Buffer.from([0x41, 0xff])), { text: 'A\xff', encoding: 'latin1' });
  assert.deepEqual(decodeDump(Buffer.from([0xff, 0xfe, 0x41])), { text: '\xff\xfeA', encoding: 'latin1' });
});

test('any bytes come back', () => {
  const marks = fc.constantFrom([], [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf]);
  fc.assert(
    fc.property(marks, fc.uint8Array(), (begin, rest) => {
      const bytes = Buffer.from([...begin, ...rest]);
      const decoded = decodeDump(bytes);
      assert.deepEqual(Buffer.from(encodeDump(decoded.text, decoded.encoding)), bytes);
    }),
  );
});
