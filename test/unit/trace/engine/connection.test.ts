import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PacketConnection } from '../../../../agent/model/packetTrace.ts';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { RuleVerdict } from '../../../../agent/trace/ruleProgram.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import {
  base,
  chains,
  dnat,
  fakeNode,
  fromNode,
  fromPod,
  masquerade,
  network,
  programs,
  stopped,
  ways,
} from './fakeNode.ts';

const nat = chains({
  PREROUTING: [{ do: dnat('10.244.0.2', 8080) }],
  POSTROUTING: [{ do: masquerade }],
});
const translating = [
  base('nat', 'prerouting', nat.get('PREROUTING')),
  base('nat', 'postrouting', nat.get('POSTROUTING')),
];

function states(connection: PacketConnection | undefined, untracked = false): string[] {
  const seen: string[] = [];
  const look = (hook: string) =>
    chains({
      all: [
        {
          if: ({ connection: { state, isDestinationTranslated, isSourceTranslated } }: TracedPacket) => {
            seen.push(`${hook} ${state}${isDestinationTranslated ? ' dnat' : ''}${isSourceTranslated ? ' snat' : ''}`);
            return false;
          },
        },
        ...(untracked && hook === 'raw' ? [{ untracked: true }] : []),
      ],
    }).get('all');
  const rules = programs(
    ...translating,
    base('raw', 'prerouting', look('raw')),
    base('mangle', 'prerouting', look('mangle')),
    base('filter', 'forward', look('filter')),
    base('late', 'postrouting', look('late'), { priority: 200 }),
  );
  tracePacket(fakeNode(rules), { ...fromPod, ...(connection === undefined ? {} : { connection }) });
  return seen;
}

describe('the connection of a packet', () => {
  it('is looked up after the raw table', () => {
    assert.deepEqual(states(undefined), ['raw invalid', 'mangle new', 'filter new dnat', 'late new dnat snat']);
  });

  it('is not looked up when a rule says so, and then nothing is translated', () => {
    assert.deepEqual(states(undefined, true), [
      'raw invalid',
      'mangle untracked',
      'filter untracked',
      'late untracked',
    ]);
  });

  it('is translated as its first packet was when it is not new', () => {
    const connection = { state: 'established', translatedTo: '10.244.0.7:9090' } as const;
    assert.deepEqual(states(connection), [
      'raw invalid',
      'mangle established dnat',
      'filter established dnat',
      'late established dnat',
    ]);
    const trace = tracePacket(fakeNode(programs(...translating)), { ...fromPod, connection });
    assert.deepEqual(ways(trace), ['1 accept 10.244.0.9:40000 -> 10.244.0.7:9090 prerouting forward postrouting']);
    assert.deepEqual(
      trace.outcomes[0]?.steps.filter(({ kind }) => kind === 'connection').map(({ effect }) => effect),
      [{ kind: 'remembered', to: '10.244.0.7:9090' }],
    );
  });

  for (const state of ['invalid', 'untracked', 'established'] as const) {
    it(`is not translated when it is ${state}`, () => {
      const trace = tracePacket(fakeNode(programs(...translating)), { ...fromPod, connection: { state } });
      assert.deepEqual(ways(trace), ['1 accept 10.244.0.9:40000 -> 10.96.0.10:80 prerouting forward postrouting']);
    });
  }

  it('is translated by rules when it is related, unless the packet is an error', () => {
    const connection = { state: 'related' } as const;
    const node = fakeNode(programs(...translating));
    assert.match(ways(tracePacket(node, { ...fromPod, connection }))[0] ?? '', /-> 10\.244\.0\.2:8080 masqueraded/);
    const { destination, from } = fromPod;
    const error = { from, destination, protocol: 'icmp', connection } as const;
    assert.match(ways(tracePacket(node, error))[0] ?? '', /10\.244\.0\.9 -> 10\.96\.0\.10 prerouting/);
  });

  it('remembers its first addresses', () => {
    const seen: string[] = [];
    const look = chains({
      all: [
        {
          if: ({ connection: { original } }) => {
            seen.push(
              `${original.source.text}:${original.sourcePort} ${original.destination.text}:${original.destinationPort}`,
            );
            return false;
          },
        },
      ],
    }).get('all');
    tracePacket(fakeNode(programs(...translating, base('filter', 'forward', look))), { ...fromPod, sourcePort: 5 });
    assert.deepEqual(seen, ['10.244.0.9:5 10.96.0.10:80']);
  });

  it('is masqueraded with an address of the node where the packet stays on it', () => {
    const node = fakeNode(programs(base('nat', 'postrouting', nat.get('POSTROUTING'))));
    assert.deepEqual(ways(tracePacket(node, { ...fromNode, destination: '10.244.0.1' })), [
      '1 accept 192.0.2.10:40000 -> 10.244.0.1:80 masqueraded output postrouting prerouting input',
    ]);
  });
});

describe('an address that a translation takes from a device', () => {
  const redirect: RuleVerdict = {
    kind: 'translate',
    translation: { part: 'destination', kind: 'redirect', address: undefined, port: 8080 },
  };
  const nodeWith = (hook: 'prerouting' | 'output' | 'postrouting', verdict: RuleVerdict, more = {}) => {
    const rules = chains({ nat: [{ do: verdict }] });
    return fakeNode(programs(base('nat', hook, rules.get('nat'))), { network: network({}, more) });
  };

  it('is the first of where a redirected packet comes in', () => {
    assert.deepEqual(ways(tracePacket(nodeWith('prerouting', redirect), fromPod)), [
      '1 accept 10.244.0.9:40000 -> 10.244.0.1:8080 prerouting input',
    ]);
  });

  it('is loopback for a redirected packet of the node', () => {
    assert.deepEqual(ways(tracePacket(nodeWith('output', redirect), fromNode)), [
      '1 accept 192.0.2.10:40000 -> 127.0.0.1:8080 output postrouting prerouting input',
    ]);
  });

  it('drops the packet when there is none', () => {
    const without = { deviceAddresses: () => [], sourceAddress: () => undefined };
    assert.deepEqual(stopped(tracePacket(nodeWith('prerouting', redirect, without), fromPod)), ['drop no-address']);
    assert.deepEqual(stopped(tracePacket(nodeWith('postrouting', masquerade, without), fromPod)), ['drop no-address']);
  });

  it('is not known without addresses', () => {
    const unknown = { deviceAddresses: () => [], sourceAddress: () => undefined, localAddresses: undefined };
    const trace = tracePacket(nodeWith('prerouting', redirect, unknown), fromPod);
    assert.equal(trace.outcomes[0]?.destination, '0.0.0.0:8080');
    assert.ok(trace.assumptions.some(({ code }) => code === 'own-address-not-known'));
  });
});

describe('session affinity', () => {
  it('is of lists that remember the client', () => {
    const rules = chains({
      PREROUTING: [
        { if: (_packet, { isRemembered }) => isRemembered('seen 10.244.0.3:8080'), do: dnat('10.244.0.3', 8080) },
        { do: dnat('10.244.0.2', 8080) },
      ],
    });
    const node = fakeNode(programs(base('nat', 'prerouting', rules.get('PREROUTING'))));
    const destination = (remembered?: string) =>
      tracePacket(node, { ...fromPod, ...(remembered === undefined ? {} : { remembered }) }).outcomes[0]?.destination;
    assert.equal(destination(), '10.244.0.2:8080');
    assert.equal(destination('10.244.0.3:8080'), '10.244.0.3:8080');
    assert.equal(destination('10.244.0.4:8080'), '10.244.0.2:8080');
  });
});
