import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceDestination, TraceSource } from '../../../../agent/protocol/traceMessages.ts';
import { english } from '../../../../extension/l10n/localizer.ts';
import { FormMemory } from '../../../../extension/packetPath/formMemory.ts';
import { emptyForm, formOf, packetRequestOf } from '../../../../extension/packetPath/packetForm.ts';
import { packetOfRule } from '../../../../extension/packetPath/packetOfRule.ts';
import { ruleWords } from '../../../../extension/packetPath/ruleWords.ts';
import { sensibleForm, withFittingSource } from '../../../../extension/packetPath/sensibleForm.ts';
import { shareWords } from '../../../../extension/packetPath/shareWords.ts';
import type { PacketForm } from '../../../../webview/protocol/packetPath.ts';
import { context } from '../elements.ts';

const form: PacketForm = { ...emptyForm, from: 'pod', address: '10.244.0.9', destination: '10.96.0.10', port: '80' };

/** The fields of a form that cannot be used. */
function wrongFields(change: Partial<PacketForm>): readonly string[] {
  const checked = packetRequestOf({ ...form, ...change }, english);
  return 'problems' in checked ? checked.problems.map(({ field }) => field) : [];
}

describe('form of a packet', () => {
  it('says a packet', () => {
    assert.deepEqual(packetRequestOf(form, english), {
      request: { from: { kind: 'pod', ip: '10.244.0.9' }, destination: '10.96.0.10', protocol: 'tcp', port: 80 },
    });
    const all: PacketForm = {
      ...form,
      from: 'external',
      address: '198.51.100.7',
      device: 'eth0',
      sourcePort: '1234',
      mark: '0x4000',
      state: 'established',
      translatedTo: '10.0.0.2:8080',
      remembered: '10.0.0.3:8080',
    };
    const checked = packetRequestOf(all, english);
    assert.ok('request' in checked);
    assert.deepEqual(checked.request, {
      from: { kind: 'external', ip: '198.51.100.7', device: 'eth0' },
      destination: '10.96.0.10',
      protocol: 'tcp',
      port: 80,
      sourcePort: 1234,
      mark: 0x4000,
      connection: { state: 'established', translatedTo: '10.0.0.2:8080' },
      remembered: '10.0.0.3:8080',
    });
    assert.deepEqual(formOf(checked.request, 'live'), all);
  });

  it('takes no source of the node itself, and no ports of icmp', () => {
    const checked = packetRequestOf({ ...form, from: 'node', address: '', protocol: 'icmp', port: 'x' }, english);
    assert.deepEqual(checked, { request: { from: { kind: 'node' }, destination: '10.96.0.10', protocol: 'icmp' } });
  });

  it('names the fields that cannot be used', () => {
    assert.deepEqual(wrongFields({}), []);
    assert.deepEqual(wrongFields({ address: 'x' }), ['address']);
    assert.deepEqual(wrongFields({ destination: 'app1' }), ['destination']);
    assert.deepEqual(wrongFields({ destination: 'fd00::1' }), ['address']);
    assert.deepEqual(wrongFields({ port: '' }), ['port']);
    assert.deepEqual(wrongFields({ port: '70000', sourcePort: '-1', mark: 'red' }), ['port', 'sourcePort', 'mark']);
    assert.deepEqual(wrongFields({ remembered: '10.0.0.2', translatedTo: '[fd00::2]:8080' }), ['remembered']);
  });

  it('is remembered for each node, and forgotten when it is not understood', async () => {
    const stored = new Map<string, unknown>();
    const memory = new FormMemory({
      get: (key) => stored.get(key),
      update: async (key, value) => void stored.set(key, value),
    });
    assert.equal(memory.get('a'), undefined);
    await memory.set('a', form);
    await memory.set('b', { ...form, port: '81' });
    assert.deepEqual(memory.get('a'), form);
    stored.set('packetForms', { a: { from: 'moon' }, b: form });
    assert.equal(memory.get('a'), undefined);
    assert.deepEqual(memory.get('b'), form);
  });
});

describe('sensible choices', () => {
  const frontend: TraceDestination = {
    namespace: 'default',
    name: 'app1',
    portName: '',
    kind: 'nodePort',
    ip: '192.0.2.10',
    port: 30080,
    protocol: 'tcp',
    endpoints: [],
  };
  const clusterIP: TraceDestination = { ...frontend, kind: 'clusterIP', ip: 'fd00::1', port: 80, endpoints: ['x'] };
  const sources: readonly TraceSource[] = [
    { from: { kind: 'pod', ip: '10.244.0.9' } },
    { from: { kind: 'pod', ip: 'fd00:10::9' } },
    { from: { kind: 'external', ip: 'fd00:20::7' } },
  ];

  it('are a cluster IP with endpoints, and a pod of its family', () => {
    const chosen = sensibleForm({ sources: [...sources], destinations: [frontend, clusterIP], total: 2 });
    assert.deepEqual([chosen.destination, chosen.port], ['fd00::1', '80']);
    assert.equal(withFittingSource(chosen, sources).address, 'fd00:10::9');
    assert.equal(sensibleForm({ sources: [], destinations: [], total: 0 }).destination, '');
  });

  it('leave a source that fits as it is', () => {
    assert.equal(withFittingSource(form, sources), form);
    const node: PacketForm = { ...form, from: 'node', address: '' };
    assert.equal(withFittingSource(node, sources), node);
  });

  it('take another kind of source, or the node, where none fits', () => {
    const outside: PacketForm = { ...form, from: 'external', address: '198.51.100.7', destination: 'fd00::1' };
    assert.equal(withFittingSource(outside, sources).address, 'fd00:20::7');
    const none = withFittingSource(outside, []);
    assert.deepEqual([none.from, none.address], ['node', '']);
  });
});

describe('packet of a rule', () => {
  const packets: readonly [line: string, packet: string | undefined][] = [
    ['-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A', '10.96.0.10 tcp 80'],
    ['[1:2] -A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m udp --dport 53 -j X', '10.96.0.10 udp 53'],
    ['-A KUBE-SERVICES -d fd00::1/128 -p tcp -m tcp --dport 80 -j X', 'fd00::1 tcp 80'],
    ['-A X ! -d 10.96.0.10/32 -p tcp --dport 80 -j Y', undefined],
    ['-A X -d 10.96.0.0/12 -p tcp --dport 80 -j Y', undefined],
    ['-A X -d 10.96.0.10/32 -p tcp --dport 80:90 -j Y', undefined],
    ['-A KUBE-SERVICES -j KUBE-NODEPORTS', undefined],
    ['-A -t 10.96.0.10:80 -s rr', '10.96.0.10 tcp 80'],
    ['-a -u [fd00::1]:53 -r [fd00::2]:53 -m -w 1', 'fd00::1 udp 53'],
    ['add KUBE-CLUSTER-IP 10.96.0.10,tcp:80', '10.96.0.10 tcp 80'],
    ['\t\telements = { 10.96.0.10 . tcp . 80 : goto service-A }', '10.96.0.10 tcp 80'],
    ['\t\tip daddr 10.96.0.10 tcp dport 80 goto x', '10.96.0.10 tcp 80'],
  ];
  for (const [line, expected] of packets) {
    it(`is ${expected ?? 'none'}: ${line.trim()}`, () => {
      const packet = packetOfRule(line);
      assert.equal(packet && `${packet.destination} ${packet.protocol} ${packet.port}`, expected);
    });
  }
});

describe('a rule in words', () => {
  const words: readonly [rule: string, words: string | undefined][] = [
    ['-A X -j Y', 'every packet'],
    [
      '-A X ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m comment --comment "a \\" -q" -m tcp --dport 80 -j Y',
      'not from 10.244.0.0/16, to 10.96.0.10/32, protocol TCP, destination port 80',
    ],
    ['-A X -m set --match-set KUBE-CLUSTER-IP dst,dst -j Y', 'dst,dst in set KUBE-CLUSTER-IP'],
    ['-A X -m statistic --mode random --probability 0.33333333349 -j Y', 'by chance, 33.33 %'],
    ['-A X -m mark ! --mark 0x4000/0x4000 -j RETURN', 'not mark 0x4000/0x4000'],
    ['-A X -m future --moon full -j Y', undefined],
    ['ip daddr 10.96.0.10 accept', undefined],
  ];
  for (const [rule, expected] of words) {
    it(`is ${expected ?? 'not told'}: ${rule}`, () => assert.equal(ruleWords(rule, english), expected));
  }
});

describe('a share in words', () => {
  it('is a fraction where that is what was meant', () => {
    assert.equal(shareWords(0.33333333349, context), '1/3');
    assert.equal(shareWords(0.5, context), '1/2');
    assert.equal(shareWords(1, context), '1');
    assert.equal(shareWords(0.123456, context), '12.3%');
    assert.equal(shareWords(0.0001, context), '0%');
  });
});
