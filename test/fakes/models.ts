import type { ModelProblem, NodeModel, RuleChain } from '../../agent/model/nodeModel.ts';
import type { Endpoint, ServicePort } from '../../agent/model/service.ts';
import type { PartKind, Snapshot, SnapshotPart } from '../../agent/model/snapshot.ts';

/** A part as if it had been read completely. */
export function partWith(id: string, kind: PartKind, text: string, more: Partial<SnapshotPart> = {}): SnapshotPart {
  return { id, kind, source: [id], status: 'complete', durationMs: 1, text, ...more };
}

export function snapshotOf(...parts: SnapshotPart[]): Snapshot {
  return { takenAt: '2026-01-02T03:04:05.000Z', nodeName: 'node-a', origin: 'live', parts };
}

/** A model in which nothing stands but what is given. */
export function modelWith(given: Partial<NodeModel>): NodeModel {
  return {
    mode: 'iptables',
    backends: { iptables: ['nf_tables'], nftables: false, ipvs: false },
    services: [],
    virtualServers: [],
    sets: [],
    baseChains: [],
    foreign: [],
    problems: [],
    ...given,
  };
}

export function problemAt(part: string, line: number, severity: ModelProblem['severity'] = 'warning'): ModelProblem {
  return {
    code: 'missing-chain',
    severity,
    message: 'The chain is not there.',
    args: { chain: `line-${line}` },
    location: { part, line, column: 0, length: 0 },
  };
}

/** One Service of one port, without rules of its own. */
export function servicePort(namespace: string, name: string, given: Partial<ServicePort> = {}): ServicePort {
  return {
    namespace,
    name,
    port: { name: 'http', protocol: 'tcp', port: 80 },
    frontends: [],
    endpoints: [],
    chains: [],
    virtualServers: [],
    maps: [],
    ...given,
  };
}

export function endpoint(ip: string, given: Partial<Endpoint> = {}): Endpoint {
  return { ip, port: 8080, family: 'ipv4', share: 1, ...given };
}

export function chainAt(part: string, name: string, line: number, rules: readonly number[]): RuleChain {
  return {
    part,
    backend: 'nf_tables',
    family: 'ipv4',
    table: 'nat',
    name,
    owner: 'kube-proxy',
    rules: rules.length,
    location: { part, line, column: 0, length: 0 },
    ruleLocations: rules.map((rule) => ({ part, line: rule, column: 0, length: 0 })),
  };
}
