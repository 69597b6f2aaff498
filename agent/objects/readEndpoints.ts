import { endpointWithDefaults } from './defaults.ts';
import type { EndpointObject } from './kubernetesObjects.ts';
import { type EndpointInput, endpointSchema } from './schema.ts';

/** What is wrong with a value, and where in it. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Reads the endpoints of an EndpointSlice; all of them, or what is wrong with the first that is not valid. */
export function readEndpoints(values: readonly unknown[], addressType: string): EndpointObject[] | Issue {
  const endpoints: EndpointObject[] = [];
  for (const [index, value] of values.entries()) {
    const input = isUsualEndpoint(value) ? value : checkEndpoint(value, index);
    if ('message' in input) return input;
    const endpoint = endpointWithDefaults(input);
    if (addressType !== 'FQDN' && endpoint.addresses.length < (input.addresses?.length ?? 0)) {
      return { path: ['endpoints', index, 'addresses'], message: 'it is no IP address' };
    }
    endpoints.push(endpoint);
  }
  return endpoints;
}

function checkEndpoint(value: unknown, index: number): EndpointInput | Issue {
  const parsed = endpointSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { path: ['endpoints', index, ...(issue?.path ?? [])], message: issue?.message ?? 'it is not valid' };
}

/**
 * Whether the schema of endpoints is met, told quickly: a large cluster has 100,000 of them, nearly all as the control
 * plane writes them. Of anything else it says no, and leaves it to the schema.
 */
export function isUsualEndpoint(value: unknown): value is EndpointInput {
  if (!isRecord(value) || !isList(value['addresses'], isText)) return false;
  const { conditions, nodeName, zone, hints } = value;
  return (
    (nodeName === undefined || isText(nodeName)) &&
    (zone === undefined || isText(zone)) &&
    (conditions === undefined || areConditions(conditions)) &&
    (hints === undefined || areHints(hints))
  );
}

function areConditions(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { ready, serving, terminating } = value;
  return isOptionalFlag(ready) && isOptionalFlag(serving) && isOptionalFlag(terminating);
}

function areHints(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { forZones, forNodes } = value;
  return (forZones === undefined || isList(forZones, isNamed)) && (forNodes === undefined || isList(forNodes, isNamed));
}

function isNamed(value: unknown): boolean {
  return isRecord(value) && isText(value['name']);
}

function isOptionalFlag(value: unknown): boolean {
  return value === undefined || value === true || value === false;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isList(value: unknown, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
