import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PacketRequest, PacketTrace } from '../../../../agent/model/packetTrace.ts';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import { base, chains, dnat, fakeNode, jump, masquerade, network, programs, to, virtualServers } from './fakeNode.ts';

const fromPod: PacketRequest = {
  from: { kind: 'pod', ip: '10.244.0.9' },
  destination: '10.96.0.10',
  protocol: 'tcp',
  port: 80,
};
const fromNode: PacketRequest = { ...fromPod, from: { kind: 'node' } };

const nat = chains({
  PREROUTING: [{ do: jump('SERVICES') }],
  OUTPUT: [{ do: jump('SERVICES') }],
  POSTROUTING: [{ if: ({ mark }) => mark === 0x4000, mark: 0, do: masquerade }],
  SERVICES: [
    { if: ({ source }) => !source.text.startsWith('10.244.'), mark: 0x4000 },
    { if: to('10.96.0.10'), do: jump('SVC') },
  ],
  SVC: [
    { chance: Fraction.of(1, 3), do: dnat('10.244.0.2', 8080) },
    { chance: Fraction.of(1, 2), do: dnat('10.244.0.3', 8080) },
    { do: dnat('10.244.0.4', 8080) },
  ],
});
const filter = chains({ FORWARD: [{ if: to('10.244.0.4'), do: 'drop' }] });
const services = programs(
  base('nat', 'prerouting', nat.get('PREROUTING')),
  base('nat', 'output', nat.get('OUTPUT')),
  base('nat', 'postrouting', nat.get('POSTROUTING')),
  base('filter', 'forward', filter.get('FORWARD')),
);

function ways({ outcomes }: PacketTrace): string[] {
  return outcomes.map(
    ({ share, verdict, source, destination, masqueraded, hooks }) =>
      `${share} ${verdict.kind} ${source} -> ${destination}${masqueraded ? ' masqueraded' : ''} ${hooks.join(' ')}`,
  );
}

describe('a packet', () => {
  it('from a pod is translated and forwarded, with the chance of each way', () => {
    assert.deepEqual(ways(tracePacket(fakeNode(services), fromPod)), [
      '1/3 accept 10.244.0.9:40000 -> 10.244.0.2:8080 prerouting forward postrouting',
      '1/3 accept 10.244.0.9:40000 -> 10.244.0.3:8080 prerouting forward postrouting',
      '1/3 drop 10.244.0.9:40000 -> 10.244.0.4:8080 prerouting forward',
    ]);
  });

  it('of the node is translated before it leaves, and masqueraded with the address of the device', () => {
    assert.deepEqual(ways(tracePacket(fakeNode(services), fromNode)), [
      '1/3 accept 10.244.0.1:40000 -> 10.244.0.2:8080 masqueraded output postrouting',
      '1/3 accept 10.244.0.1:40000 -> 10.244.0.3:8080 masqueraded output postrouting',
      '1/3 accept 10.244.0.1:40000 -> 10.244.0.4:8080 masqueraded output postrouting',
    ]);
  });

  it('of the node to itself comes in again, without being translated again', () => {
    const own = chains({
      PREROUTING: [{ do: dnat('10.244.0.2') }],
      OUTPUT: [{ if: to('10.244.0.7'), do: dnat('192.0.2.10') }],
    });
    const node = fakeNode(
      programs(base('nat', 'prerouting', own.get('PREROUTING')), base('nat', 'output', own.get('OUTPUT'))),
    );
    assert.deepEqual(ways(tracePacket(node, { ...fromNode, destination: '10.244.0.7' })), [
      '1 accept 10.244.0.1:40000 -> 192.0.2.10:80 output postrouting prerouting input',
    ]);
  });

  it('for a virtual server goes from input through output out of the node', () => {
    const node = fakeNode(services, { virtualServers: virtualServers('10.244.0.2:8080', '10.244.0.3:8080') });
    assert.deepEqual(ways(tracePacket(node, { ...fromPod, destination: '10.96.0.20' })), [
      '1/2 accept 10.244.0.9:40000 -> 10.244.0.2:8080 prerouting input output postrouting',
      '1/2 accept 10.244.0.9:40000 -> 10.244.0.3:8080 prerouting input output postrouting',
    ]);
  });

  it('of the node for a virtual server goes through output twice, and is masqueraded', () => {
    const node = fakeNode(services, { virtualServers: virtualServers('10.244.0.2:8080') });
    const request = { ...fromNode, destination: '10.96.0.20' };
    assert.deepEqual(ways(tracePacket(node, request)), [
      '1 accept 10.244.0.1:40000 -> 10.244.0.2:8080 masqueraded output output postrouting',
    ]);
    const untracked = fakeNode(services, {
      network: network({ 'net.ipv4.vs.conntrack': '0' }),
      virtualServers: virtualServers('10.244.0.2:8080'),
    });
    assert.deepEqual(ways(tracePacket(untracked, request)), [
      '1 accept 10.96.0.20:40000 -> 10.244.0.2:8080 output output postrouting',
    ]);
  });
});
