import type { EndpointSliceObject, KubernetesObjects, ServiceObject } from './kubernetesObjects.ts';
import type { ReadObject } from './readObject.ts';

/** Gathers objects; of several with one name the later one counts. */
export class CollectedObjects {
  readonly #services = new Map<string, ServiceObject>();
  readonly #endpointSlices = new Map<string, EndpointSliceObject>();
  readonly #serviceCidrs = new Set<string>();

  get objects(): KubernetesObjects {
    return {
      services: [...this.#services.values()],
      endpointSlices: [...this.#endpointSlices.values()],
      ...(this.#serviceCidrs.size === 0 ? {} : { serviceCidrs: [...this.#serviceCidrs] }),
    };
  }

  /** @returns the name, when it takes the place of another object. */
  add({ kind, object }: ReadObject): string | undefined {
    switch (kind) {
      case 'Service':
        return put(this.#services, object);
      case 'EndpointSlice':
        return put(this.#endpointSlices, object);
      case 'ServiceCIDR':
        for (const cidr of object.cidrs) this.#serviceCidrs.add(cidr);
        return undefined;
    }
  }

  addAll({ services, endpointSlices, serviceCidrs = [] }: KubernetesObjects): void {
    for (const service of services) put(this.#services, service);
    for (const slice of endpointSlices) put(this.#endpointSlices, slice);
    for (const cidr of serviceCidrs) this.#serviceCidrs.add(cidr);
  }
}

function put<T extends { readonly namespace: string; readonly name: string }>(
  objects: Map<string, T>,
  object: T,
): string | undefined {
  const name = `${object.namespace}/${object.name}`;
  const isAnother = objects.has(name);
  objects.set(name, object);
  return isAnother ? name : undefined;
}
