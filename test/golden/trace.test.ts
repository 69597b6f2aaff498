import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSnapshot } from '../../agent/interpret/parseSnapshot.ts';
import type { PacketRequest } from '../../agent/model/packetTrace.ts';
import { tracedNode } from '../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../agent/trace/tracePacket.ts';
import { loadCase, recordedModes } from './cases.ts';

const hooks = {
  iptables: ['prerouting', 'forward', 'postrouting'],
  ipvs: ['prerouting', 'input', 'output', 'postrouting'],
  nftables: ['prerouting', 'forward', 'postrouting'],
} as const;

const request: PacketRequest = {
  from: { kind: 'pod', ip: '10.244.0.9' },
  destination: '10.96.0.10',
  protocol: 'tcp',
  port: 80,
};

describe('a packet to a cluster IP of recorded rules', () => {
  for (const mode of recordedModes) {
    it(`goes to each of three pods as often, in ${mode} mode`, async () => {
      const node = tracedNode(parseSnapshot(await loadCase('classic', mode)));
      const { outcomes } = tracePacket(node, request);
      const found = outcomes.map(({ share, verdict, source, destination, hooks: own }) => [
        share,
        verdict.kind,
        source,
        destination,
        own,
      ]);
      assert.deepEqual(
        found,
        ['10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.4:8080'].map((endpoint) => [
          '1/3',
          'accept',
          '10.244.0.9:40000',
          endpoint,
          hooks[mode],
        ]),
      );
    });

    it(`is refused without pods, in ${mode} mode`, async () => {
      const node = tracedNode(parseSnapshot(await loadCase('app1', mode)));
      const verdicts = tracePacket(node, request).outcomes.map(({ share, verdict }) => [share, verdict]);
      assert.deepEqual(verdicts, [['1', { kind: 'reject', with: 'icmp-port-unreachable' }]]);
    });
  }
});
