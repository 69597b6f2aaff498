import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSnapshot } from '../../../../agent/interpret/parseSnapshot.ts';
import type { PacketRequest } from '../../../../agent/model/packetTrace.ts';
import { misses } from '../../../../agent/trace/misses.ts';
import { tracedNode } from '../../../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import { whyNot } from '../../../../agent/trace/whyNot.ts';
import { goldenSnapshot } from '../../../fakes/goldenSnapshot.ts';
import { partWith, snapshotOf } from '../../../fakes/models.ts';

const request: PacketRequest = {
  from: { kind: 'pod', ip: '10.244.0.9' },
  destination: '10.96.0.10',
  protocol: 'tcp',
  port: 80,
};
const endpoint = '10.0.0.2:8080';

function recorded(mode: string) {
  return tracedNode(parseSnapshot(goldenSnapshot('classic', mode)));
}

/** A node with these rules. */
function withRules(text: string) {
  return tracedNode(parseSnapshot(snapshotOf(partWith('rules', 'iptables-save', text, { family: 'ipv4' }))));
}

describe('why a packet does not come to an endpoint', () => {
  for (const mode of ['iptables', 'ipvs', 'nftables']) {
    it(`is no question when it does, in ${mode} mode`, () => {
      const node = recorded(mode);
      const { outcome = -1 } = whyNot(node, request, '10.0.0.3:8080');
      assert.equal(tracePacket(node, request).outcomes[outcome]?.destination, '10.0.0.3:8080');
    });
  }

  it('is the condition that fails in the chain nearest to it, in iptables mode', () => {
    const { parted } = whyNot(recorded('iptables'), { ...request, port: 81 }, endpoint);
    assert.match(parted?.rule ?? '', /^-A KUBE-SERVICES -d 10\.96\.0\.10\/32 /);
    assert.match(parted?.condition ?? '', /--dport 80/);
    const { location } = parted ?? {};
    assert.equal(location?.part, 'iptables-save.txt');
  });

  it('is the map that does not have it, in nftables mode', () => {
    const { parted } = whyNot(recorded('nftables'), { ...request, port: 81 }, endpoint);
    assert.match(parted?.rule ?? '', /vmap @service-ips/);
  });

  it('is the virtual server that took the packet, in ipvs mode', () => {
    const { parted, reason } = whyNot(recorded('ipvs'), request, '10.0.0.7:8080');
    assert.equal(parted?.rule, 'TCP 10.96.0.10:80');
    assert.equal(reason?.code, 'not-scheduled');
  });

  it('is that no rule leads there', () => {
    assert.equal(whyNot(recorded('iptables'), request, '10.0.0.7:8080').reason?.code, 'endpoint-not-in-rules');
  });

  const rules = `*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -s 10.244.0.8/32 -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:EARLY - [0:0]
:SVC - [0:0]
-A PREROUTING -s 10.244.0.7/32 -j EARLY
-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j SVC
-A EARLY -j ACCEPT
-A SVC -p tcp -j DNAT --to-destination 10.0.0.2:8080
COMMIT
*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -s 10.244.0.6/32 -d 10.0.0.2/32 -j DROP
COMMIT
`;
  const from = (ip: string) => whyNot(withRules(rules), { ...request, from: { kind: 'pod', ip } }, endpoint);

  it('is the rule that stops it on the way', () => {
    assert.equal(from('10.244.0.6').parted?.rule, '-A FORWARD -s 10.244.0.6/32 -d 10.0.0.2/32 -j DROP');
    const { parted, reason } = from('10.244.0.8');
    assert.equal(parted?.rule, '-A PREROUTING -s 10.244.0.8/32 -j DROP');
    assert.equal(reason?.code, 'not-on-the-way');
  });

  it('is the rule that it never came to, without a condition', () => {
    const { parted } = from('10.244.0.7');
    assert.equal(parted?.rule, '-A PREROUTING -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j SVC');
    assert.equal(parted?.condition, undefined);
  });

  it('is asked of verdicts, too', () => {
    assert.deepEqual(whyNot(withRules(rules), request, 'accept'), { outcome: 0 });
    const dropped = { ...request, from: { kind: 'pod', ip: '10.244.0.8' } } as const;
    const { parted, reason } = whyNot(withRules(rules), dropped, 'accept');
    assert.equal(parted?.rule, '-A PREROUTING -s 10.244.0.8/32 -j DROP');
    assert.equal(reason?.code, 'no-such-verdict');
  });

  it('cannot be asked of what is no endpoint', () => {
    assert.throws(() => whyNot(withRules(rules), request, '10.0.0.2:99999'), { code: 'invalid-endpoint' });
    assert.throws(() => whyNot(withRules(rules), request, '[fd00::2]:80'), { code: 'invalid-endpoint' });
  });
});

describe('the rules that did not match before a step', () => {
  const rules = `*filter
:FORWARD ACCEPT [0:0]
${Array.from({ length: 30 }, (_, at) => `-A FORWARD -d 10.9.0.${at}/32 -p tcp -j ACCEPT`).join('\n')}
-A FORWARD -d 10.96.0.10/32 -j DROP
COMMIT
`;
  const node = withRules(rules);
  const { outcomes } = tracePacket(node, request);
  const steps = outcomes[0]?.steps ?? [];

  it('are as many as the step says, with why', () => {
    const step = steps.findIndex(({ effect }) => effect.kind === 'drop');
    assert.equal(steps[step]?.tried, 30);
    const page = misses(node, request, { outcome: 0, step, offset: 28, limit: 10 });
    assert.equal(page.total, 30);
    assert.deepEqual(
      page.misses.map(({ position, condition, location }) => [position, condition, location.line]),
      [
        [28, '-d 10.9.0.28/32', 30],
        [29, '-d 10.9.0.29/32', 31],
      ],
    );
  });

  it('are none before steps outside of chains', () => {
    const step = steps.findIndex(({ kind }) => kind === 'routing');
    assert.deepEqual(misses(node, request, { outcome: 0, step, offset: 0, limit: 10 }), { total: 0, misses: [] });
    assert.deepEqual(misses(node, request, { outcome: 9, step: 0, offset: 0, limit: 10 }), { total: 0, misses: [] });
  });
});
