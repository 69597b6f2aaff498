import { parseCidr } from '../model/cidr.ts';
import { endpointSliceWithDefaults, serviceWithDefaults } from './defaults.ts';
import type { EndpointSliceObject, ServiceObject } from './kubernetesObjects.ts';
import { type Issue, readEndpoints } from './readEndpoints.ts';
import { endpointSliceSchema, serviceCidrSchema, serviceSchema } from './schema.ts';

/** An object of a kind that kube-proxy watches. */
export type ReadObject =
  | { readonly kind: 'Service'; readonly object: ServiceObject }
  | { readonly kind: 'EndpointSlice'; readonly object: EndpointSliceObject }
  | { readonly kind: 'ServiceCIDR'; readonly object: { readonly cidrs: readonly string[] } };

/** The API groups of those kinds; others have kinds of the same name (Knative has a Service). */
const apiVersions: Readonly<Record<ReadObject['kind'], RegExp>> = {
  Service: /^v1$/,
  EndpointSlice: /^discovery\.k8s\.io\//,
  ServiceCIDR: /^networking\.k8s\.io\//,
};

/** @returns what is wrong with it, or undefined when it is of another kind. */
export function readObject(kind: string, value: Readonly<Record<string, unknown>>): ReadObject | Issue | undefined {
  if (kind !== 'Service' && kind !== 'EndpointSlice' && kind !== 'ServiceCIDR') return undefined;
  const { apiVersion } = value;
  if (typeof apiVersion === 'string' && !apiVersions[kind].test(apiVersion)) return undefined;
  switch (kind) {
    case 'Service': {
      const { data, error } = serviceSchema.safeParse(value);
      return error === undefined ? { kind, object: serviceWithDefaults(data) } : firstOf(error.issues);
    }
    case 'EndpointSlice': {
      const { data, error } = endpointSliceSchema.safeParse(value);
      if (error !== undefined) return firstOf(error.issues);
      const endpoints = readEndpoints(data.endpoints ?? [], data.addressType);
      return 'message' in endpoints ? endpoints : { kind, object: endpointSliceWithDefaults(data, endpoints) };
    }
    case 'ServiceCIDR': {
      const { data, error } = serviceCidrSchema.safeParse(value);
      if (error !== undefined) return firstOf(error.issues);
      return { kind, object: { cidrs: (data.spec.cidrs ?? []).map((text) => parseCidr(text)?.text ?? text) } };
    }
  }
}

function firstOf([issue]: readonly Issue[]): Issue {
  return issue ?? { path: [], message: 'it is not valid' };
}
