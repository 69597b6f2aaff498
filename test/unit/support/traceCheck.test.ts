import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceOutcome } from '../../../agent/model/packetTrace.ts';
import { describeObservation, isAsPredicted, Observations } from '../../support/trace/observation.ts';
import { packetBytes } from '../../support/trace/packetBytes.ts';
import { seePacket } from '../../support/trace/seenPacket.ts';
import { shareDeviation } from '../../support/trace/shares.ts';

const ends = {
  ipv4: { source: '198.51.100.7', destination: '10.96.0.10' },
  ipv6: { source: '2001:db8::7', destination: 'fd00:10:96::a' },
};

function packet(id: number, protocol: 'tcp' | 'udp' | 'sctp' | 'icmp', family: keyof typeof ends = 'ipv4'): Buffer {
  return packetBytes({ id, protocol, ...ends[family], sourcePort: 40_000, destinationPort: 80, part: 'first' });
}

/** What IPv4 says to the sender: a message with the packet in it. */
function unreachable(code: number, about: Buffer): Buffer {
  const error = packetBytes({
    id: 0,
    protocol: 'icmp',
    source: '10.0.2.15',
    destination: '198.51.100.7',
    sourcePort: 0,
    destinationPort: 0,
    part: 'first',
  }).subarray(0, 28);
  error.writeUInt8(3, 20);
  error.writeUInt8(code, 21);
  return Buffer.concat([error, about]);
}

function outcome(destination: string, probability: number, more: Partial<TraceOutcome> = {}): TraceOutcome {
  return {
    probability,
    share: String(probability),
    verdict: { kind: 'accept' },
    destination,
    source: '198.51.100.7:40000',
    masqueraded: false,
    mark: 0,
    delivered: { to: 'device', device: 'cni0' },
    hooks: [],
    steps: [],
    ...more,
  };
}

describe('packets of a check', () => {
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const protocol of ['tcp', 'udp', 'sctp', 'icmp'] as const) {
      it(`are told apart: ${protocol} of ${family}`, () => {
        const seen = seePacket(packet(77, protocol, family));
        assert.ok(seen);
        const { id, kind, source, destination, sourcePort, destinationPort, identifier } = seen;
        assert.deepEqual({ id, kind, source, destination }, { id: 77, kind: 'itself', ...ends[family] });
        const ports = protocol === 'icmp' ? [identifier] : [sourcePort, destinationPort];
        assert.deepEqual(ports, protocol === 'icmp' ? [40_000] : [40_000, 80]);
      });
    }
  }

  it('are found in what tells of their end', () => {
    const seen = seePacket(unreachable(13, packet(78, 'udp')));
    assert.deepEqual([seen?.id, seen?.kind], [78, { rejectedWith: 'admin-prohibited' }]);
  });

  it('are dropped when nothing is seen of them', () => {
    const observations = new Observations([
      { kind: 'frame', device: 'cni0', packet: packet(1, 'udp') },
      { kind: 'log', prefix: 'leaving', mark: 16, packet: packet(1, 'udp') },
      { kind: 'log', prefix: 'sent', mark: 0, packet: unreachable(3, packet(2, 'udp')) },
      { kind: 'log', prefix: 'leaving', mark: 0, packet: packet(3, 'udp') },
    ]);
    assert.deepEqual(
      [1, 2, 3].map((id) => describeObservation(observations.of(id))),
      ['accept 198.51.100.7:40000 -> 10.96.0.10:80 to cni0, mark 16', 'reject with port-unreachable', 'drop'],
    );
  });

  it('are as predicted only with the same addresses, device and mark', () => {
    const observed = new Observations([{ kind: 'frame', device: 'cni0', packet: packet(1, 'udp') }]).of(1);
    assert.equal(isAsPredicted(outcome('10.96.0.10:80', 1), observed), true);
    const others: readonly TraceOutcome[] = [
      outcome('10.96.0.10:81', 1),
      outcome('10.96.0.10:80', 1, { mark: 1 }),
      outcome('10.96.0.10:80', 1, { source: '198.51.100.7:40001' }),
      outcome('10.96.0.10:80', 1, { delivered: { to: 'node' } }),
      outcome('10.96.0.10:80', 1, { verdict: { kind: 'drop' } }),
    ];
    assert.deepEqual(
      others.map((each) => isAsPredicted(each, observed)),
      others.map(() => false),
    );
  });
});

describe('the shares of ways', () => {
  const drop = outcome('10.96.0.10:80', 0.5, { verdict: { kind: 'drop' } });
  const reject = outcome('10.96.0.10:80', 0.5, { verdict: { kind: 'reject', with: 'icmp-port-unreachable' } });
  const seen = (drops: number, rejections: number) => [
    ...Array.from({ length: drops }, () => ({ kind: 'drop' }) as const),
    ...Array.from({ length: rejections }, () => ({ kind: 'reject', with: 'port-unreachable' }) as const),
  ];

  it('may be off by chance', () => {
    assert.equal(shareDeviation([drop, reject], seen(230, 170)), undefined);
  });

  it('are not off by more', () => {
    assert.match(shareDeviation([drop, reject], seen(280, 120)) ?? '', /^shares of 400: 280 /);
  });

  it('are those of predicted ways', () => {
    assert.equal(shareDeviation([drop], seen(1, 1)), 'reject with port-unreachable');
  });
});
