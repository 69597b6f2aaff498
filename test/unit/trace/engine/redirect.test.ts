import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import { base, chains, fakeNode, fromNode, fromPod, network, programs, ways } from './fakeNode.ts';

const nat = chains({
  PREROUTING: [
    {
      do: {
        kind: 'translate',
        translation: { part: 'destination', kind: 'redirect', address: undefined, port: 3128 },
      },
    },
  ],
});
const rules = programs(base('nat', 'prerouting', nat.get('PREROUTING')), base('nat', 'output', nat.get('PREROUTING')));

describe('a packet that is redirected', () => {
  it('goes to the first address of the device that it came in through', () => {
    assert.deepEqual(ways(tracePacket(fakeNode(rules), fromPod)), [
      '1 accept 10.244.0.9:40000 -> 10.244.0.1:3128 prerouting input',
    ]);
  });

  it('goes to loopback when the node sent it', () => {
    assert.match(ways(tracePacket(fakeNode(rules), fromNode))[0] ?? '', / -> 127\.0\.0\.1:3128 /);
  });

  it('is dropped where the device has no address', () => {
    const bare = network({}, { deviceAddresses: () => [] });
    assert.match(ways(tracePacket(fakeNode(rules, { network: bare }), fromPod))[0] ?? '', /^1 drop /);
  });

  it('goes to an address that is not known where the snapshot has none', () => {
    const unknown = network({}, { deviceAddresses: () => [], localAddresses: undefined });
    const trace = tracePacket(fakeNode(rules, { network: unknown }), fromPod);
    assert.match(ways(trace)[0] ?? '', / -> 0\.0\.0\.0:3128 /);
  });
});
