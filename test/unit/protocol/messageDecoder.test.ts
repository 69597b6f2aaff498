import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BrokenStreamError, encodeMessage, MessageDecoder } from '../../../agent/protocol/messageDecoder.ts';

describe('messages of a stream', () => {
  it('are the ones that were sent, in pieces of any size', () => {
    const message = fc.record({ jsonrpc: fc.constant('2.0'), params: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 40 })), (sent, sizes) => {
        const received: unknown[] = [];
        const decoder = new MessageDecoder((each) => received.push(each));
        let bytes = Buffer.from(sent.map(encodeMessage).join(''));
        for (const size of sizes) {
          decoder.push(bytes.subarray(0, size));
          bytes = bytes.subarray(size);
        }
        decoder.push(bytes);
        decoder.end();
        assert.deepEqual(received, JSON.parse(JSON.stringify(sent)));
      }),
    );
  });

  it('are not looked for after it was told to stop', () => {
    const received: unknown[] = [];
    const decoder = new MessageDecoder((each) => {
      received.push(each);
      decoder.stop();
    });
    decoder.push(Buffer.from(encodeMessage({ jsonrpc: '2.0', id: 1 }) + encodeMessage({ jsonrpc: '2.0', id: 2 })));
    decoder.push(Buffer.from('garbage'));
    decoder.end();
    assert.deepEqual(received, [{ jsonrpc: '2.0', id: 1 }]);
  });

  const incomplete = ['Content-Length: 2', 'Content-Length: 2\r\n\r\n', 'Content-Length: 2\r\n\r\n{'];
  for (const text of incomplete) {
    it(`may not end with ${JSON.stringify(text)}`, () => {
      const decoder = new MessageDecoder(() => assert.fail('there is no message'));
      decoder.push(Buffer.from(text));
      assert.throws(() => decoder.end(), BrokenStreamError);
    });
  }
});
