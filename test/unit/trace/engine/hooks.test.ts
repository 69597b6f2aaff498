import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import type { RulePrograms } from '../../../../agent/trace/ruleProgram.ts';
import { tracePacket, tracePackets } from '../../../../agent/trace/tracePacket.ts';
import {
  base,
  chains,
  dnat,
  fakeNode,
  fromNode,
  fromPod,
  jump,
  masquerade,
  network,
  programs,
  to,
  virtualServers,
  ways,
} from './fakeNode.ts';

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

describe('many packets', () => {
  it('are followed one after another, as they are asked for', () => {
    const asked: number[] = [];
    function* requests() {
      for (const port of [80, 81, 82]) {
        asked.push(port);
        yield { ...fromPod, port };
      }
    }
    const traces = tracePackets(fakeNode(services), requests());
    assert.equal(traces.next().value?.packet, '10.244.0.9:40000 -> 10.96.0.10:80');
    assert.deepEqual(asked, [80]);
    assert.deepEqual(
      [...traces].map(({ packet }) => packet),
      ['10.244.0.9:40000 -> 10.96.0.10:81', '10.244.0.9:40000 -> 10.96.0.10:82'],
    );
  });
});

describe('the order of a hook', () => {
  const mark = (name: string) => chains({ [name]: [{}] }).get(name);
  const order = (...rules: RulePrograms[]): string[] =>
    (tracePacket(fakeNode(rules), { ...fromPod, destination: '10.244.0.3' }).outcomes[0]?.steps ?? []).flatMap(
      ({ kind, chain }) => (kind === 'rule' ? [chain ?? ''] : []),
    );

  it('is that of priorities, over all rule languages', () => {
    const iptables = programs(
      base('filter', 'forward', mark('filter')),
      base('mangle', 'forward', mark('mangle')),
      base('security', 'forward', mark('security')),
    );
    const nftables = programs(
      base('inet own', 'forward', mark('late'), { priority: 10 }),
      base('inet own', 'forward', mark('early'), { priority: -10 }),
    );
    assert.deepEqual(order(iptables, nftables), ['mangle', 'early', 'filter', 'late', 'security']);
  });

  it('has all nat chains where netfilter translates, the first of them first', () => {
    const found = order(
      programs(
        base('ip own', 'prerouting', mark('before'), { priority: -101 }),
        base('ip own', 'prerouting', mark('after'), { priority: -99 }),
        base('ip late', 'prerouting', mark('late nat'), { type: 'nat', priority: 50 }),
        base('ip early', 'prerouting', mark('early nat'), { type: 'nat', priority: -110 }),
      ),
    );
    assert.deepEqual(found, ['before', 'early nat', 'late nat', 'after']);
  });

  it('leaves out chains of the other family', () => {
    assert.deepEqual(order(programs(base('nat', 'forward', mark('six'), { families: ['ipv6'] }))), []);
  });
});

describe('nat chains', () => {
  const translating = (name: string, address: string) => chains({ [name]: [{ do: dnat(address, 1) }] }).get(name);

  it('are not asked after the first translation', () => {
    const node = fakeNode(
      programs(
        base('ip first', 'prerouting', translating('first', '10.244.0.2'), { type: 'nat', priority: -110 }),
        base('ip second', 'prerouting', translating('second', '10.244.0.3'), { type: 'nat', priority: -100 }),
      ),
    );
    const [found = ''] = ways(tracePacket(node, fromPod));
    assert.match(found, /-> 10\.244\.0\.2:1 /);
  });

  it('are asked after one that accepted without a translation', () => {
    const accepting = chains({ first: [{ do: 'accept' }] }).get('first');
    const node = fakeNode(
      programs(
        base('ip first', 'prerouting', accepting, { type: 'nat', priority: -110 }),
        base('ip second', 'prerouting', translating('second', '10.244.0.3'), { type: 'nat', priority: -100 }),
      ),
    );
    const [found = ''] = ways(tracePacket(node, fromPod));
    assert.match(found, /-> 10\.244\.0\.3:1 /);
  });

  it('of two languages with the same priority are an assumption when one translates', () => {
    const node = fakeNode([
      programs(base('nat', 'prerouting', translating('PREROUTING', '10.244.0.2'))),
      programs(base('ip own', 'prerouting', translating('own', '10.244.0.3'), { type: 'nat' })),
    ]);
    const { assumptions } = tracePacket(node, fromPod);
    assert.deepEqual(
      assumptions.map(({ code }) => code),
      ['same-priority'],
    );
  });
});
