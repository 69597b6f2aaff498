import type { Outcome, Step, Trace } from '../../../../extension/packetPath/traceTypes.ts';

/** A step as an agent could tell it; what is not said is as plain as can be. */
export function step(parts: Partial<Step> & Pick<Step, 'hook'>): Step {
  return {
    kind: 'rule',
    depth: 0,
    tried: 0,
    effect: { kind: 'continue' },
    changes: [],
    packet: '10.244.0.9:40000 -> 10.96.0.10:80',
    ...parts,
  };
}

/** The steps of a packet from a pod through a cluster IP in iptables mode. */
const iptablesSteps: readonly Step[] = [
  step({ hook: 'prerouting', kind: 'start' }),
  step({
    hook: 'prerouting',
    table: 'nat',
    chain: 'PREROUTING',
    position: 0,
    rule: '-A PREROUTING -j KUBE-SERVICES',
    effect: { kind: 'jump', chain: 'KUBE-SERVICES' },
  }),
  step({
    hook: 'prerouting',
    table: 'nat',
    chain: 'KUBE-SERVICES',
    position: 12,
    depth: 1,
    tried: 12,
    rule: '[7:420] -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "a -x b" -m tcp --dport 80 -j KUBE-SVC-A',
    location: { part: 'iptables-save', line: 40, column: 0, length: 0 },
    counters: { packets: 7, bytes: 420 },
    effect: { kind: 'jump', chain: 'KUBE-SVC-A' },
  }),
  step({
    hook: 'prerouting',
    table: 'nat',
    chain: 'KUBE-SVC-A',
    position: 0,
    depth: 2,
    probability: 0.33333333349,
    effect: { kind: 'jump', chain: 'KUBE-SEP-A' },
  }),
  step({
    hook: 'prerouting',
    table: 'nat',
    chain: 'KUBE-SEP-A',
    position: 1,
    depth: 3,
    effect: { kind: 'dnat', to: '10.0.0.2:8080' },
    changes: [{ field: 'destination', before: '10.96.0.10', after: '10.0.0.2' }],
    packet: '10.244.0.9:40000 -> 10.0.0.2:8080',
  }),
  step({ hook: 'routing', kind: 'routing', effect: { kind: 'route', to: 'forward', device: 'eth0' } }),
  step({ hook: 'forward', kind: 'policy', table: 'filter', chain: 'FORWARD', effect: { kind: 'accept' } }),
  step({ hook: 'postrouting', kind: 'policy', table: 'nat', chain: 'POSTROUTING', effect: { kind: 'accept' } }),
  step({ hook: 'end', kind: 'end', effect: { kind: 'leave', device: 'eth0' } }),
];

/** The same in ipvs mode. */
export const ipvsSteps: readonly Step[] = [
  step({ hook: 'prerouting', kind: 'start' }),
  step({ hook: 'prerouting', table: 'nat', chain: 'KUBE-SERVICES', effect: { kind: 'accept' } }),
  step({ hook: 'routing', kind: 'routing', effect: { kind: 'route', to: 'local', device: 'kube-ipvs0' } }),
  step({ hook: 'input', kind: 'policy', table: 'filter', chain: 'INPUT', effect: { kind: 'accept' } }),
  step({
    hook: 'ipvs',
    kind: 'virtualServer',
    effect: {
      kind: 'schedule',
      virtualServer: 'TCP 10.96.0.10:80',
      realServer: '10.0.0.2:8080',
      scheduler: 'sh',
      decidedBy: ['source'],
    },
  }),
  step({
    hook: 'postrouting',
    table: 'nat',
    chain: 'KUBE-POSTROUTING',
    effect: { kind: 'masquerade', to: '192.0.2.10' },
  }),
  step({ hook: 'end', kind: 'end', effect: { kind: 'leave', device: 'eth0' } }),
];

/** A way that arrives at an endpoint. */
export function outcome(destination: string, parts: Partial<Outcome> = {}): Outcome {
  return {
    probability: 1 / 3,
    share: '1/3',
    verdict: { kind: 'accept' },
    destination,
    source: '10.244.0.9:40000',
    masqueraded: false,
    mark: 0,
    delivered: { to: 'device', device: 'eth0' },
    hooks: ['prerouting', 'routing', 'forward', 'postrouting'],
    steps: [...iptablesSteps],
    ...parts,
  };
}

/** A trace with these ways. */
export function trace(...outcomes: readonly Outcome[]): Trace {
  return { family: 'ipv4', packet: '10.244.0.9:40000 -> 10.96.0.10:80', outcomes: [...outcomes], assumptions: [] };
}

/** A cluster IP with three endpoints. */
export const classicTrace: Trace = trace(outcome('10.0.0.2:8080'), outcome('10.0.0.3:8080'), outcome('10.0.0.4:8080'));
