import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSnapshot } from '../../../../agent/interpret/parseSnapshot.ts';
import type { PartKind, SnapshotPart } from '../../../../agent/model/snapshot.ts';
import { tracedNode } from '../../../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import { goldenSnapshot } from '../../../fakes/goldenSnapshot.ts';
import { partWith, snapshotOf } from '../../../fakes/models.ts';
import { fromPod } from './fakeNode.ts';

const reason = { code: 'permission-denied', message: 'Only root can read that.', args: {} };

function failed(id: string, kind: PartKind, more: Partial<SnapshotPart> = {}): SnapshotPart {
  return partWith(id, kind, '', { status: 'failed', reason, ...more });
}

/** The parts that a trace says were not read. */
function notRead(...parts: SnapshotPart[]): (string | number | undefined)[] {
  const { assumptions } = tracePacket(tracedNode(parseSnapshot(snapshotOf(...parts))), fromPod);
  return assumptions.filter(({ code }) => code === 'part-not-read').map(({ args }) => args['part']);
}

describe('parts that could not be read', () => {
  it('are told when they have rules for such packets', () => {
    assert.deepEqual(
      notRead(
        failed('iptables-save', 'iptables-save', { family: 'ipv4' }),
        failed('ip6tables-save', 'iptables-save', { family: 'ipv6' }),
        failed('nft.json', 'nft-json'),
        failed('ipvsadm-save', 'ipvsadm-save'),
      ),
      ['iptables-save', 'nft.json', 'ipvsadm-save'],
    );
  });

  it('are not told when there is nothing to read, or the same was read in another form', () => {
    assert.deepEqual(
      notRead(
        partWith('iptables-save', 'iptables-save', '', { status: 'missing', family: 'ipv4' }),
        failed('nft.json', 'nft-json'),
        partWith('nft.txt', 'nft-text', 'table ip filter {\n}\n'),
      ),
      [],
    );
  });

  it('make unknown what asks for their sets', () => {
    const node = tracedNode(parseSnapshot(goldenSnapshot('classic', 'ipvs', 'ipset-save.txt')));
    const { outcomes } = tracePacket(node, { ...fromPod });
    const [first] = outcomes;
    assert.equal(first?.verdict.kind, 'unknown');
    assert.match(first?.steps.at(-1)?.rule ?? '', /--match-set KUBE-CLUSTER-IP/);
  });
});
