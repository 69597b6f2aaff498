import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import {
  base,
  chains,
  fakeNode,
  fromNode,
  fromPod,
  masquerade,
  network,
  programs,
  realServer,
  ruleSteps,
  stopped,
  virtualServers,
  ways,
} from './fakeNode.ts';

const request = { ...fromPod, destination: '10.96.0.20' };
const none = programs();

describe('a virtual server', () => {
  it('refuses packets without a real server', () => {
    const node = fakeNode(none, { virtualServers: virtualServers() });
    assert.deepEqual(ways(tracePacket(node, request)), [
      '1 icmp-port-unreachable 10.244.0.9:40000 -> 10.96.0.20:80 prerouting input',
    ]);
  });

  it('refuses those for whom no real server is chosen', () => {
    const servers = virtualServers(realServer('10.244.0.2:8080', { probability: Fraction.of(3, 4) }));
    assert.deepEqual(ways(tracePacket(fakeNode(none, { virtualServers: servers }), request)), [
      '3/4 accept 10.244.0.9:40000 -> 10.244.0.2:8080 prerouting input output postrouting',
      '1/4 icmp-port-unreachable 10.244.0.9:40000 -> 10.96.0.20:80 prerouting input',
    ]);
  });

  it('gives packets to a real server of the node itself where they are', () => {
    const node = fakeNode(none, { virtualServers: virtualServers('192.0.2.10:8080') });
    assert.deepEqual(ways(tracePacket(node, request)), [
      '1 accept 10.244.0.9:40000 -> 192.0.2.10:8080 prerouting input',
    ]);
    assert.deepEqual(ways(tracePacket(node, { ...fromNode, destination: '10.96.0.20' })), [
      '1 accept 10.96.0.20:40000 -> 192.0.2.10:8080 output postrouting prerouting input',
    ]);
  });

  it('sends nothing from loopback out of the node, nor from outside to loopback', () => {
    const out = fakeNode(none, { virtualServers: virtualServers('10.244.0.2:8080') });
    const fromLoopback = { ...request, from: { kind: 'node', ip: '127.0.0.1' } } as const;
    assert.deepEqual(stopped(tracePacket(out, fromLoopback)), ['drop loopback-client']);
    const inside = fakeNode(none, { virtualServers: virtualServers('127.0.0.1:8080') });
    assert.deepEqual(stopped(tracePacket(inside, request)), ['drop loopback-server']);
  });

  it('leaves addresses as they are when it routes directly, and is not followed into tunnels', () => {
    const to = (forwarding: 'direct' | 'tunnel') =>
      fakeNode(none, { virtualServers: virtualServers(realServer('10.244.0.2:80', { forwarding })) });
    assert.deepEqual(ways(tracePacket(to('direct'), request)), [
      '1 accept 10.244.0.9:40000 -> 10.96.0.20:80 prerouting input output postrouting',
    ]);
    assert.deepEqual(stopped(tracePacket(to('tunnel'), request)), ['tunnelled']);
  });

  it('takes TCP connections from their beginning only', () => {
    const node = fakeNode(none, { virtualServers: virtualServers('10.244.0.2:8080') });
    const late = { ...request, connection: { state: 'invalid' } } as const;
    assert.deepEqual(ways(tracePacket(node, late)), ['1 accept 10.244.0.9:40000 -> 10.96.0.20:80 prerouting input']);
  });

  it('goes on with the real server of a connection that is not new', () => {
    const node = fakeNode(none, { virtualServers: virtualServers('10.244.0.2:8080', '10.244.0.3:8080') });
    const connection = { state: 'established', translatedTo: '10.244.0.3:8080' } as const;
    const trace = tracePacket(node, { ...request, connection });
    assert.deepEqual(ways(trace), ['1 accept 10.244.0.9:40000 -> 10.244.0.3:8080 prerouting input output postrouting']);
    assert.deepEqual(stopped(tracePacket(node, { ...request, connection: { state: 'established' } })), [
      'server-not-said',
    ]);
  });

  it('is met after the rules of input, and its packets do not meet nat rules for destinations again', () => {
    const chain = (name: string) => chains({ [name]: [{}] }).get(name);
    const rules = programs(
      base('filter', 'input', chain('INPUT')),
      base('late', 'input', chain('late'), { priority: 150 }),
      base('nat', 'output', chain('nat')),
      base('filter', 'output', chain('OUTPUT')),
      base('nat', 'postrouting', chains({ POSTROUTING: [{ do: masquerade }] }).get('POSTROUTING')),
    );
    const servers = virtualServers('10.244.0.2:8080');
    const steps = (conntrack: string) =>
      ruleSteps(
        tracePacket(
          fakeNode(rules, { virtualServers: servers, network: network({ 'net.ipv4.vs.conntrack': conntrack }) }),
          request,
        ),
      ).filter((step) => !step.includes(' end '));
    assert.deepEqual(steps('1'), ['INPUT 0 continue', 'OUTPUT 0 continue', 'POSTROUTING 0 masquerade']);
    assert.deepEqual(steps('0'), ['INPUT 0 continue', 'OUTPUT 0 continue']);
  });
});
