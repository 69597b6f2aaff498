import type { SourceLocation } from '../model/location.ts';
import type { ForeignGroup, ModelProblem, NodeModel } from '../model/nodeModel.ts';
import type { Endpoint, Frontend, MapElement, ServiceChain, ServicePort, VirtualServer } from '../model/service.ts';
import type { Snapshot, SnapshotPart } from '../model/snapshot.ts';
import type { ReadOutput } from './readOutput.ts';

type Output<Key extends keyof ReadOutput> = ReadOutput[Key] extends readonly (infer Element)[] ? Element : never;
type ServiceOutput = Output<'services'>;

const protocols = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP', fwmark: 'fwmark' } as const;
const servicePortProtocols = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const;

/** What `read --json` prints; the services are made one by one as they are read. */
type DescribedModel = Omit<ReadOutput, 'services'> & { readonly services: Iterable<ServiceOutput> };

/** Makes what `read --json` prints: the model without what only a client of the protocol needs. */
export function describeModel(model: NodeModel, snapshot: Snapshot): DescribedModel {
  return {
    mode: model.mode,
    nodeName: snapshot.nodeName,
    takenAt: snapshot.takenAt,
    backends: {
      iptables: [...model.backends.iptables],
      nftables: model.backends.nftables,
      ipvs: model.backends.ipvs,
    },
    services: describeServices(model),
    foreign: model.foreign.map(describeForeign),
    problems: model.problems.map(describeProblem),
    parts: snapshot.parts.map(describePart),
  };
}

function* describeServices({ services, mode }: NodeModel): Generator<ServiceOutput> {
  for (const service of services) yield describeService(service, mode);
}

function describeService(service: ServicePort, mode: NodeModel['mode']): ServiceOutput {
  const { namespace, name, port, affinitySeconds } = service;
  return {
    namespace,
    name,
    port: { name: port.name, protocol: servicePortProtocols[port.protocol], port: port.port },
    frontends: service.frontends.map(describeFrontend),
    endpoints: service.endpoints.map(describeEndpoint),
    ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    ...(mode === 'ipvs'
      ? { virtualServers: service.virtualServers.map(describeVirtualServer) }
      : { chains: service.chains.map(describeChain) }),
    ...(mode === 'nftables' ? { maps: service.maps.map(describeMapElement) } : {}),
  };
}

function describeFrontend({
  location,
  sourceRanges,
  counters,
  ...frontend
}: Frontend): ServiceOutput['frontends'][number] {
  return {
    ...frontend,
    ...(sourceRanges === undefined ? {} : { sourceRanges: [...sourceRanges] }),
    ...(counters === undefined ? {} : { counters }),
    ...(location === undefined ? {} : placeOf(location)),
  };
}

function describeEndpoint({ location, counters, ...endpoint }: Endpoint): ServiceOutput['endpoints'][number] {
  return {
    ...endpoint,
    ...(counters === undefined ? {} : { counters }),
    ...(location === undefined ? {} : placeOf(location)),
  };
}

function describeChain({ role, family, table, name, rules, location }: ServiceChain) {
  return { role, family, table, name, rules, ...placeOf(location) };
}

function describeVirtualServer({ location, protocol, realServers, flags, sets, ...server }: VirtualServer) {
  return {
    ...server,
    protocol: protocols[protocol],
    flags: [...flags],
    sets: [...sets],
    realServers: realServers.map(({ ip, port, weight, share, counters }) => ({
      ip,
      port,
      weight,
      share,
      ...(counters === undefined ? {} : { counters }),
    })),
    ...placeOf(location),
  };
}

function describeMapElement({ location, ...element }: MapElement) {
  return { ...element, ...placeOf(location) };
}

function describeForeign({ owner, rules, chains, sets }: ForeignGroup): Output<'foreign'> {
  return {
    owner,
    rules,
    chains: chains.map((chain) => ({
      family: chain.family,
      table: chain.table,
      name: chain.name,
      rules: chain.rules,
      ...placeOf(chain.location),
    })),
    sets: sets.map(({ name, type, entries, location }) => ({ name, type, entries, ...placeOf(location) })),
  };
}

function describeProblem({ code, severity, message, args, location }: ModelProblem): Output<'problems'> {
  return { code, severity, message, args: { ...args }, ...(location === undefined ? {} : placeOf(location)) };
}

function describePart({ id, kind, status, reason, source, durationMs }: SnapshotPart): Output<'parts'> {
  return {
    name: id,
    kind,
    status,
    ...(reason === undefined ? {} : { reason: reason.message }),
    source: [...source],
    durationMs,
  };
}

/** People and editors count from 1. */
function placeOf({ part, line, column }: SourceLocation): { file: string; line: number; column: number } {
  return { file: part, line: line + 1, column: column + 1 };
}
