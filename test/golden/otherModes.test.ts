import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { probesOf } from '../../agent/compare/migration/probes.ts';
import { NodeModes } from '../../agent/compare/nodeModes.ts';
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import { parseSnapshot } from '../../agent/interpret/parseSnapshot.ts';
import type { PacketRequest } from '../../agent/model/packetTrace.ts';
import { type TracedNode, tracedNode } from '../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../agent/trace/tracePacket.ts';
import { caseNames, recordedModes } from './cases.ts';
import { recordedObjectsText, recordedOptions } from './compileInput.ts';
import { recordedNode } from './recordedTraces.ts';

/** The modes of a recorded node, with what its kube-proxy was told. */
function modesOf(name: string, mode: string): NodeModes {
  const family = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
  const snapshot = recordedNode(name, mode);
  const { nodeName, zone, nodePortAddresses, localDetector } = recordedOptions;
  const nodeIps = [recordedOptions.nodeIps.get(family) ?? ''];
  return new NodeModes(parseSnapshot(snapshot), interpretSnapshot(snapshot, { mode: 'auto' }), {
    objects: [recordedObjectsText(name)],
    options: { nodeName, zone, nodePortAddresses, localDetector, nodeIps },
  });
}

/** What becomes of a packet; the order of ways with the same chance is that of rules, which are in the order of a Go map. */
function fate(node: TracedNode, request: PacketRequest): readonly string[] {
  return tracePacket(node, request)
    .outcomes.map(({ share, verdict, source, destination, mark, hooks, delivered }) =>
      JSON.stringify([share, verdict, source, destination, mark, hooks, delivered]),
    )
    .sort();
}

describe('a recorded node, in another mode', () => {
  for (const name of caseNames) {
    const recorded = new Map(recordedModes.map((mode) => [mode, tracedNode(parseSnapshot(recordedNode(name, mode)))]));
    for (const from of recordedModes) {
      for (const to of recordedModes) {
        if (from === to) continue;
        it(`leads packets as kube-proxy's own rules do: ${name} from ${from} to ${to}`, () => {
          const modes = modesOf(name, from);
          const theirs = recorded.get(to);
          assert.ok(theirs !== undefined);
          let packets = 0;
          for (const { service, request } of [...probesOf(modes).all()].flat()) {
            const what = `${service} ${JSON.stringify(request)}`;
            assert.deepEqual(fate(modes.traced(to), request), fate(theirs, request), what);
            packets++;
          }
          assert.ok(packets > 0);
        });
      }
    }
  }
});
