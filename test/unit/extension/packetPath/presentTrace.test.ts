import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { presentPath, presentTrace } from '../../../../extension/packetPath/presentTrace.ts';
import type { Step } from '../../../../extension/packetPath/traceTypes.ts';
import { traceViewSchema } from '../../../../webview/protocol/traceView.ts';
import { context } from '../elements.ts';
import { classicTrace, ipvsSteps, outcome, step, trace } from './traces.ts';

const surroundings = {
  rules: 'the rules',
  isFromNode: false,
  source: { kind: 'Pod', address: '10.244.0.9' },
  endpoints: [],
};

/** The places of a way with the steps at each: `prerouting 4`. */
const placesOf = (steps: readonly Step[], isFromNode = false, hooks: readonly Step['hook'][] = []): readonly string[] =>
  presentPath(outcome('10.0.0.2:8080', { steps: [...steps], hooks: [...hooks] }), 0, isFromNode, context).visits.map(
    ({ place, steps: { length } }) => `${place} ${length}`,
  );

describe('way of a packet', () => {
  it('goes through the hooks of each mode', () => {
    const path = presentPath(outcome('10.0.0.2:8080'), 0, false, context);
    assert.deepEqual(
      path.visits.map(({ place, steps }) => `${place} ${steps.length}`),
      ['source 1', 'prerouting 4', 'routing 1', 'forward 1', 'postrouting 1', 'destination 1'],
    );
    assert.deepEqual(placesOf(ipvsSteps), [
      'source 1',
      'prerouting 1',
      'routing 1',
      'input 1',
      'ipvs 1',
      'postrouting 1',
      'destination 1',
    ]);
  });

  it('of a process begins at it, is routed before OUTPUT and again after a translation', () => {
    const route = (to: 'forward' | 'local'): Step =>
      step({ hook: 'routing', kind: 'routing', effect: { kind: 'route', to } });
    const steps = [
      step({ hook: 'output', kind: 'start' }),
      route('forward'),
      step({ hook: 'output', table: 'nat', effect: { kind: 'dnat', to: '10.0.0.2:8080' } }),
      route('forward'),
      step({ hook: 'output', kind: 'policy', table: 'filter', effect: { kind: 'accept' } }),
      step({ hook: 'postrouting', kind: 'policy', table: 'nat', effect: { kind: 'accept' } }),
      step({ hook: 'end', kind: 'end', effect: { kind: 'leave', device: 'eth0' } }),
    ];
    assert.deepEqual(placesOf(steps, true), [
      'process 1',
      'outputRouting 1',
      'output 1',
      'rerouting 1',
      'output 1',
      'postrouting 1',
      'destination 1',
    ]);
  });

  it('names the hooks that asked no rule', () => {
    const [start, prerouting, routing, , ipvs, , end] = ipvsSteps;
    assert.ok(start && prerouting && routing && ipvs && end);
    const hooks = ['prerouting', 'input', 'output', 'postrouting'] as const;
    assert.deepEqual(placesOf([start, prerouting, routing, ipvs, end], false, hooks), [
      'source 1',
      'prerouting 1',
      'routing 1',
      'input 0',
      'ipvs 1',
      'output 0',
      'postrouting 0',
      'destination 1',
    ]);
    assert.deepEqual(placesOf(ipvsSteps, false, ['prerouting', 'input', 'postrouting']), placesOf(ipvsSteps));
  });

  it('ends where the packet is dropped, or at a process of the node', () => {
    const dropped = [
      step({ hook: 'prerouting', kind: 'start' }),
      step({ hook: 'prerouting', effect: { kind: 'drop' } }),
      step({ hook: 'end', kind: 'end', effect: { kind: 'drop' } }),
    ];
    assert.deepEqual(placesOf(dropped), ['source 1', 'prerouting 2']);
    const delivered = [
      step({ hook: 'prerouting', kind: 'start' }),
      step({ hook: 'input', kind: 'policy', effect: { kind: 'accept' } }),
      step({ hook: 'end', kind: 'end', effect: { kind: 'deliver' } }),
    ];
    assert.deepEqual(placesOf(delivered), ['source 1', 'input 1', 'process 1']);
  });

  it('says of each step where it is, what it does, what it changes and what was tried before', () => {
    const [, prerouting] = presentPath(outcome('10.0.0.2:8080'), 0, false, context).visits;
    const [, services, service, endpoint] = prerouting?.steps ?? [];
    assert.equal(services?.where, 'nat KUBE-SERVICES, rule 13');
    assert.equal(services?.effect, 'leads to KUBE-SVC-A');
    assert.equal(services?.words, 'to 10.96.0.10/32, protocol TCP, destination port 80: leads to KUBE-SVC-A');
    assert.equal(services?.tried, '12 rules before it did not match');
    assert.equal(services?.counters, '7 packets, 420 B');
    assert.deepEqual(services?.rulePlace, { part: 'iptables-save', line: 40 });
    assert.ok(services?.rule?.startsWith('-A KUBE-SERVICES'), 'the counters are told apart from the rule');
    assert.equal(service?.share, '1/3');
    assert.deepEqual(endpoint?.changes, [{ label: 'destination', before: '10.96.0.10', after: '10.0.0.2' }]);
    assert.equal(
      endpoint?.spoken,
      'nat KUBE-SEP-A, rule 2, translates the destination to 10.0.0.2:8080, destination from 10.96.0.10 to 10.0.0.2',
    );
  });

  it('says which inputs decide what a deterministic scheduler chooses', () => {
    const steps = { steps: [...ipvsSteps], hooks: [] };
    const path = presentPath(outcome('10.0.0.2:8080', steps), 0, false, context);
    assert.equal(
      path.visits[4]?.steps[0]?.effect,
      'virtual server TCP 10.96.0.10:80 (sh, decided by source) gives it to 10.0.0.2:8080',
    );
  });
});

describe('ends of a packet', () => {
  it('are lines with shares, and one sentence for all', () => {
    const view = presentTrace(classicTrace, surroundings, context);
    assert.equal(traceViewSchema.safeParse(view).success, true);
    assert.equal(view.summary, 'One of 3 endpoints, by chance.');
    assert.deepEqual(
      view.outcomes.map(({ label, share, tone }) => `${label} ${share} ${tone}`),
      ['10.0.0.2:8080 1/3 good', '10.0.0.3:8080 1/3 good', '10.0.0.4:8080 1/3 good'],
    );
    assert.deepEqual(view.outcomes[0]?.places, [
      'source',
      'prerouting',
      'routing',
      'forward',
      'postrouting',
      'destination',
    ]);
  });

  it('say whether a packet was translated on its way', () => {
    const summaryOf = (...parts: Parameters<typeof outcome>): string =>
      presentTrace(trace(outcome(...parts)), surroundings, context).summary;
    assert.equal(summaryOf('10.0.0.2:8080'), 'Arrives at 10.0.0.2:8080.');
    assert.equal(summaryOf('10.96.0.10:80'), 'Sent on to 10.96.0.10:80, untranslated.');
    const delivered = { delivered: { to: 'node' } } as const;
    assert.equal(summaryOf('192.0.2.10:80', delivered), 'Reaches a process of the node at 192.0.2.10:80.');
  });

  it('say what happened to packets that do not arrive', () => {
    const summaryOf = (verdict: Parameters<typeof outcome>[1]): string =>
      presentTrace(trace(outcome('10.96.0.10:81', { ...verdict, delivered: undefined })), surroundings, context)
        .summary;
    assert.equal(summaryOf({ verdict: { kind: 'drop' } }), 'Dropped: it vanishes without an answer.');
    assert.equal(
      summaryOf({ verdict: { kind: 'reject', with: 'icmp-port-unreachable' } }),
      'Rejected: the sender hears icmp-port-unreachable.',
    );
    const reason = { code: 'from-the-future', message: 'It is so.', args: {} };
    assert.equal(summaryOf({ verdict: { kind: 'unknown', reason } }), 'What becomes of it is not known: It is so.');
    assert.equal(presentTrace(trace(), surroundings, context).summary, 'The packet has no way through this node.');
  });

  it('can be expected: those of the frontend, those that are reached, and verdicts', () => {
    const view = presentTrace(
      trace(outcome('10.0.0.2:8080')),
      { ...surroundings, endpoints: ['10.0.0.9:8080'] },
      context,
    );
    assert.deepEqual(
      view.expectations.map(({ value }) => value),
      ['10.0.0.9:8080', '10.0.0.2:8080', 'accept', 'drop', 'reject'],
    );
  });
});
