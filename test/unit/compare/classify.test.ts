import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesOf, type Sides } from '../../../agent/compare/migration/classify.ts';
import type { Probe } from '../../../agent/compare/migration/probe.ts';
import type { Side } from '../../../agent/compare/migration/side.ts';
import type { SideVerdict } from '../../../agent/compare/migrationCodes.ts';

/** Endpoints with their parts and the source that they see, and other ends with theirs. */
function side(
  endpoints: Readonly<Record<string, readonly [number, string]>>,
  others: Partial<Record<SideVerdict, number>> = {},
): Side {
  const reached = Object.values(endpoints).reduce((sum, [part]) => sum + part, 0);
  const ends = Object.entries(others) as [SideVerdict, number][];
  return {
    verdicts: new Map<SideVerdict, number>([...(reached > 0 ? [['endpoint', reached] as const] : []), ...ends]),
    endpoints: new Map(
      Object.entries(endpoints).map(([address, [probability, source]]) => [
        address,
        { probability, share: String(probability), sources: new Set([source]) },
      ]),
    ),
  };
}

const plain: Probe = {
  service: 'default/shop',
  target: 'clusterIP',
  source: 'pod',
  family: 'ipv4',
  hasSourceRanges: false,
  request: { from: { kind: 'pod', ip: '10.244.0.9' }, destination: '10.96.0.1', protocol: 'tcp', port: 80 },
};

const both = side({ 'a:1': [0.5, 'c'], 'b:1': [0.5, 'c'] });
const drop = side({}, { drop: 1 });
const reject = side({}, { 'reject icmp-port-unreachable': 1 });

const cases: readonly [what: string, probe: Partial<Probe>, sides: Sides, codes: readonly string[]][] = [
  ['the same', {}, { before: both, after: both }, []],
  [
    "the kernel's rounding",
    {},
    { before: both, after: side({ 'a:1': [0.49999999976, 'c'], 'b:1': [0.50000000024, 'c'] }) },
    [],
  ],
  ['an end', {}, { before: both, after: drop }, ['becomes-unreachable']],
  ['an end of some', {}, { before: both, after: side({ 'a:1': [0.5, 'c'] }, { drop: 0.5 }) }, ['becomes-unreachable']],
  ['a beginning', {}, { before: reject, after: both }, ['becomes-reachable']],
  ['refusing', {}, { before: reject, after: drop }, ['reject-or-drop']],
  ['other endpoints', {}, { before: both, after: side({ 'a:1': [1, 'c'] }) }, ['endpoints']],
  ['other parts', {}, { before: both, after: side({ 'a:1': [0.25, 'c'], 'b:1': [0.75, 'c'] }) }, ['shares']],
  ['endpoints and sources', {}, { before: both, after: side({ 'a:1': [1, 'n'] }) }, ['endpoints', 'source-address']],
  ['sources', {}, { before: both, after: side({ 'a:1': [0.5, 'c'], 'b:1': [0.5, 'n'] }) }, ['source-address']],
  ['what is not known', {}, { before: both, after: side({ 'a:1': [0.5, 'c'] }, { unknown: 0.5 }) }, ['unknown']],
  [
    'node ports on localhost',
    { target: 'localhostNodePort' },
    { before: both, after: side({}, { node: 1 }) },
    ['localhost-node-port'],
  ],
  ['node ports elsewhere', { target: 'otherNodePort' }, { before: both, after: drop }, ['node-port-address']],
  [
    'health checks',
    { target: 'healthCheck' },
    { before: side({}, { node: 1 }), after: drop },
    ['health-check-node-port'],
  ],
  [
    'source ranges',
    { target: 'loadBalancerIP', hasSourceRanges: true },
    { before: both, after: drop },
    ['load-balancer-sources'],
  ],
  ['load balancers for all', { target: 'loadBalancerIP' }, { before: both, after: drop }, ['becomes-unreachable']],
  ['pings', { target: 'ping' }, { before: side({}, { elsewhere: 1 }), after: reject }, ['cluster-ip-ping']],
  [
    'closed ports',
    { target: 'closedPort' },
    { before: side({}, { elsewhere: 1 }), after: reject },
    ['cluster-ip-closed-port'],
  ],
];

describe('what changes', () => {
  for (const [what, probe, sides, codes] of cases) {
    it(`is named: ${what}`, () => {
      assert.deepEqual(changesOf({ ...plain, ...probe }, sides), codes);
    });
  }

  it('is told of session affinity only where the endpoint can be chosen in both', () => {
    const probe: Probe = { ...plain, request: { ...plain.request, remembered: 'b:1' } };
    const kept = side({ 'b:1': [1, 'c'] });
    assert.deepEqual(changesOf(probe, { before: kept, after: both }, { before: both, after: both }), ['affinity']);
    assert.deepEqual(changesOf(probe, { before: kept, after: kept }, { before: both, after: both }), []);
    const without = side({ 'a:1': [1, 'c'] });
    assert.deepEqual(changesOf(probe, { before: kept, after: without }, { before: both, after: without }), []);
  });
});
