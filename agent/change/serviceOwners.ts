import { virtualServerOwners } from '../compile/ipvs/virtualServerOwners.ts';
import type { ProxyOptions } from '../compile/proxyOptions.ts';
import { resolveServices } from '../compile/resolveServices.ts';
import type { KubernetesObjects } from '../objects/kubernetesObjects.ts';

/** The Service of each virtual server of all families, by its key: the kernel does not know it. */
export function serviceOwners(objects: KubernetesObjects, options: ProxyOptions): ReadonlyMap<string, string> {
  return new Map(
    [...options.nodeIps.keys()].flatMap((family) => [
      ...virtualServerOwners(resolveServices(objects, options, family), options, family),
    ]),
  );
}
