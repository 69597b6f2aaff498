import type { Counters, Endpoint, RealServer } from '../../model/service.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import type { ServicePortIdentity } from '../servicePort.ts';
import type { AddressedServer } from './services.ts';

interface EndpointDraft {
  readonly real: RealServer;
  readonly family: AddressedServer['server']['family'];
  share: number | undefined;
  localShare: number | undefined;
  counters: Counters | undefined;
}

/**
 * The endpoints behind all virtual servers of a Service's port, each once. kube-proxy gives all servers without policy
 * Local the same endpoints, so the first one tells the share; counters are summed over all of them.
 */
export function readEndpoints(
  servers: readonly AddressedServer[],
  { namespace, name }: ServicePortIdentity,
  objects: ObjectIndex | undefined,
): Endpoint[] {
  const drafts = new Map<string, EndpointDraft>();
  for (const { server, localOnly } of servers) {
    for (const real of server.realServers) {
      const key = `${real.ip} ${real.port}`;
      const draft = drafts.get(key) ?? {
        real,
        family: server.family,
        share: undefined,
        localShare: undefined,
        counters: undefined,
      };
      drafts.set(key, draft);
      if (localOnly) draft.localShare ??= real.share;
      else draft.share ??= real.share;
      draft.counters = addCounters(draft.counters, real.counters);
    }
  }
  const clusterFamilies = new Set(servers.filter(({ localOnly }) => !localOnly).map(({ server }) => server.family));
  return [...drafts.values()].map(({ real, family, share, localShare, counters }) => {
    const local = objects?.isLocal(namespace, name, real.ip);
    return {
      ip: real.ip,
      port: real.port,
      family,
      share: share ?? (clusterFamilies.has(family) ? 0 : (localShare ?? 0)),
      ...(localShare === undefined ? {} : { localShare }),
      weight: real.weight,
      ...(local === undefined ? {} : { local }),
      location: real.location,
      ...(counters === undefined ? {} : { counters }),
    };
  });
}

function addCounters(sum: Counters | undefined, more: Counters | undefined): Counters | undefined {
  if (sum === undefined || more === undefined) return sum ?? more;
  return { packets: sum.packets + more.packets, bytes: sum.bytes + more.bytes };
}
