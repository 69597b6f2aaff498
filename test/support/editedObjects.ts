import type {
  EndpointObject,
  EndpointSliceObject,
  KubernetesObjects,
  ServiceObject,
} from '../../agent/objects/kubernetesObjects.ts';
import { SeededRandom } from '../peers/seededRandom.ts';

/** What was changed. */
export interface ObjectEdit {
  readonly kind: 'service' | 'endpoint';
  /** For messages of tests. */
  readonly text: string;
}

/** Services and EndpointSlices that change one after the other as those of a cluster do; the same way for a seed. */
export class EditedObjects {
  readonly #random: SeededRandom;
  readonly #services: ServiceObject[];
  readonly #slices: EndpointSliceObject[];
  readonly #removed: ServiceObject[] = [];
  #newEndpoints = 0;

  constructor({ services, endpointSlices }: KubernetesObjects, seed: number) {
    this.#services = [...services];
    this.#slices = [...endpointSlices];
    this.#random = new SeededRandom(seed);
  }

  get objects(): KubernetesObjects {
    return { services: [...this.#services], endpointSlices: [...this.#slices] };
  }

  /** Changes one endpoint, or, once in a while, one Service. */
  edit(): ObjectEdit {
    const choice = this.#random.below(10);
    if (choice === 0) return this.#removeService();
    if (choice === 1) return this.#bringServiceBack();
    if (choice === 2) return this.#changeService();
    return this.#changeSlice();
  }

  #removeService(): ObjectEdit {
    const [service] = this.#services.splice(this.#random.below(this.#services.length), 1);
    if (service !== undefined) this.#removed.push(service);
    return { kind: 'service', text: `removing ${nameOf(service)}` };
  }

  #bringServiceBack(): ObjectEdit {
    const service = this.#removed.shift();
    if (service === undefined) return this.#removeService();
    this.#services.push(service);
    return { kind: 'service', text: `adding ${nameOf(service)}` };
  }

  #changeService(): ObjectEdit {
    const at = this.#random.below(this.#services.length);
    const service = this.#services[at];
    if (service === undefined) return this.#bringServiceBack();
    const { affinitySeconds, ...plain } = service;
    const changed: readonly ServiceObject[] = [
      affinitySeconds === undefined ? { ...service, affinitySeconds: 600 } : plain,
      { ...service, affinitySeconds: (affinitySeconds ?? 0) + 1 },
      { ...service, internalTrafficPolicy: service.internalTrafficPolicy === 'Local' ? 'Cluster' : 'Local' },
      { ...service, externalTrafficPolicy: service.externalTrafficPolicy === 'Local' ? 'Cluster' : 'Local' },
    ];
    this.#services[at] = changed[this.#random.below(changed.length)] ?? service;
    return { kind: 'service', text: `changing ${nameOf(service)}` };
  }

  #changeSlice(): ObjectEdit {
    const at = this.#random.below(this.#slices.length);
    const slice = this.#slices[at];
    if (slice === undefined) return this.#removeService();
    const endpoints = [...slice.endpoints];
    const place = this.#random.below(endpoints.length + 1);
    const endpoint = endpoints[place];
    if (endpoint === undefined) endpoints.push(this.#newEndpoint(slice));
    else if (this.#random.below(2) === 0) endpoints.splice(place, 1);
    else endpoints[place] = { ...endpoint, ready: !endpoint.ready };
    this.#slices[at] = { ...slice, endpoints };
    return { kind: 'endpoint', text: `changing endpoint ${place} of ${slice.namespace}/${slice.name}` };
  }

  #newEndpoint({ addressType, endpoints: [like] }: EndpointSliceObject): EndpointObject {
    const number = ++this.#newEndpoints;
    const address =
      addressType === 'IPv6' ? `fd00:10:245::${number.toString(16)}` : `10.245.${number >> 8}.${number & 255}`;
    return { ready: true, serving: true, terminating: false, ...like, addresses: [address] };
  }
}

function nameOf(service: ServiceObject | undefined): string {
  return `${service?.namespace}/${service?.name}`;
}
