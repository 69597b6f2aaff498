import type { Backends, ModelProblem, NodeModel } from '../model/nodeModel.ts';
import type { ProxyMode, ServicePort, VirtualServer } from '../model/service.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { KubernetesObjects } from '../objects/kubernetesObjects.ts';
import { mergeObjects, type ObjectsReading, readObjects } from '../objects/readObjects.ts';
import { groupByOwner } from './foreign.ts';
import { sortChains } from './iptables/chainList.ts';
import { interpretIptables, interpretUserspace } from './iptables/services.ts';
import { interpretIpvs } from './ipvs/services.ts';
import { SetMembership } from './ipvs/setMembership.ts';
import { readVirtualServers } from './ipvs/virtualServers.ts';
import { detectMode } from './mode.ts';
import { sortNftChains } from './nftables/chainList.ts';
import { findProxyTables, type ProxyTable } from './nftables/proxyTable.ts';
import { interpretNftables } from './nftables/services.ts';
import { ObjectIndex } from './objectIndex.ts';
import type { ParsedSnapshot } from './parsedSnapshot.ts';
import { parseSnapshot } from './parseSnapshot.ts';
import { findProblems } from './problems/findProblems.ts';
import { compareServicePorts } from './servicePort.ts';
import { readSets } from './sets.ts';

export interface InterpretOptions {
  /** `auto` finds out which mode's rules carry the Services. */
  readonly mode: 'auto' | ProxyMode;
  /**
   * Services and EndpointSlices; they give names to virtual servers and kinds to frontends. Those among the parts of
   * the snapshot are used besides.
   */
  readonly objects?: KubernetesObjects | undefined;
  /** What was found wrong while objects were read, to be told with the model's own problems. */
  readonly objectProblems?: readonly ModelProblem[] | undefined;
  /** The Kubernetes name of the node, to tell local endpoints; the host name of a live node when not given. */
  readonly nodeName?: string | undefined;
}

/** Makes the model of a snapshot. Never throws on what was read: what is not understood is among the problems. */
export function interpretSnapshot(snapshot: Snapshot, options: InterpretOptions): NodeModel {
  const parsed = parseSnapshot(snapshot);
  const membership = new SetMembership(parsed.ipsets);
  const proxyTables = findProxyTables(parsed.nftables);
  const virtualServers = readVirtualServers(parsed, membership);
  const mode = options.mode === 'auto' ? detectMode(parsed, proxyTables, virtualServers) : options.mode;
  const nodeName = options.nodeName ?? (snapshot.origin === 'live' ? snapshot.nodeName : undefined);
  const saved = readSavedObjects(snapshot);
  const allObjects = [
    ...saved.map(({ objects }) => objects),
    ...(options.objects === undefined ? [] : [options.objects]),
  ];
  const objectProblems = [...problemsOfGivenObjects(options), ...saved.flatMap(({ problems }) => problems)];
  const objects = allObjects.length === 0 ? undefined : new ObjectIndex(mergeObjects(allObjects), nodeName);

  const services = readServices(mode, parsed, proxyTables, virtualServers, membership, objects);
  const iptablesChains = parsed.rulesets.map((ruleset) =>
    sortChains(ruleset, mode === 'iptables' || mode === 'userspace'),
  );
  const nftChains = parsed.nftables.map((part) => sortNftChains(part, parsed.rulesets, mode === 'nftables'));
  const sets = readSets(parsed);
  const sorted = [...iptablesChains, ...nftChains];
  return {
    mode,
    backends: readBackends(parsed, virtualServers),
    services,
    virtualServers,
    sets,
    baseChains: sorted.flatMap(({ base }) => base),
    foreign: groupByOwner(
      sorted.flatMap(({ foreign }) => foreign),
      sets,
      iptablesChains.flatMap(({ elsewhere }) => elsewhere),
    ),
    problems: findProblems({ parsed, mode, services, virtualServers, membership, proxyTables }, objectProblems),
  };
}

/** What was wrong while the given objects were read, or else that there are no Services among them. */
function problemsOfGivenObjects({ objects, objectProblems = [] }: InterpretOptions): readonly ModelProblem[] {
  if (objects === undefined || objects.services.length > 0 || objectProblems.length > 0) return objectProblems;
  const message = 'The objects that were given hold no Service, so nothing gets a name from them.';
  return [{ code: 'objects-without-services', severity: 'warning', message, args: {} }];
}

/** The objects that stood among saved dumps. */
function readSavedObjects({ parts }: Snapshot): ObjectsReading[] {
  return parts.filter(({ kind }) => kind === 'kubernetes-objects').map(({ id, text }) => readObjects(text, id));
}

function readServices(
  mode: NodeModel['mode'],
  parsed: ParsedSnapshot,
  proxyTables: readonly ProxyTable[],
  virtualServers: readonly VirtualServer[],
  membership: SetMembership,
  objects: ObjectIndex | undefined,
): ServicePort[] {
  switch (mode) {
    case 'iptables':
      return interpretIptables(parsed.rulesets, objects).sort(compareServicePorts);
    case 'userspace':
      return interpretUserspace(parsed.rulesets).sort(compareServicePorts);
    case 'ipvs':
      return interpretIpvs(virtualServers, membership, objects).sort(compareServicePorts);
    case 'nftables':
      return interpretNftables(proxyTables, objects).sort(compareServicePorts);
    case 'none':
      return [];
  }
}

function readBackends({ rulesets, nftables }: ParsedSnapshot, virtualServers: readonly VirtualServer[]): Backends {
  const backends = new Set(rulesets.filter(({ dump }) => dump.ruleCount > 0).map(({ backend }) => backend));
  return {
    iptables: [...backends].sort(),
    nftables: nftables.some(({ document }) => document.ruleset.tables.length > 0),
    ipvs: virtualServers.length > 0,
  };
}
