import type { ModelProblem } from '../model/nodeModel.ts';
import { endpointSliceWithDefaults, serviceWithDefaults } from './defaults.ts';
import { type ManifestDocument, splitManifest } from './documents.ts';
import type { EndpointSliceObject, KubernetesObjects, ServiceObject } from './kubernetesObjects.ts';
import { endpointSliceSchema, serviceSchema } from './schema.ts';

/** The Services and EndpointSlices of one file, and what in it was not understood. */
export interface ObjectsReading {
  readonly objects: KubernetesObjects;
  readonly problems: readonly ModelProblem[];
}

/**
 * Reads Services and EndpointSlices from what `kubectl get services,endpointslices -A -o json|yaml` prints, from
 * manifests (several YAML documents), or from one JSON object a line. Lists are opened; objects of other kinds are
 * passed over, because dumps of a whole namespace are welcome. Never throws on input.
 *
 * @param source the file's path, for the locations of problems.
 */
export function readObjects(text: string, source: string): ObjectsReading {
  const services: ServiceObject[] = [];
  const endpointSlices: EndpointSliceObject[] = [];
  const problems: ModelProblem[] = [];

  const take = ({ value, line, path }: Found): void => {
    const kind = kindOf(value);
    if (kind === 'Service') {
      const parsed = serviceSchema.safeParse(value);
      if (parsed.success) services.push(serviceWithDefaults(parsed.data));
      else problems.push(invalidObject(kind, path, parsed.error.issues, source, line));
    } else if (kind === 'EndpointSlice') {
      const parsed = endpointSliceSchema.safeParse(value);
      if (parsed.success) endpointSlices.push(endpointSliceWithDefaults(parsed.data));
      else problems.push(invalidObject(kind, path, parsed.error.issues, source, line));
    } else if (kind === undefined && value !== null) {
      problems.push(notAnObject(path, source, line));
    }
  };

  const documents = splitManifest(text);
  for (const [index, document] of documents.entries()) {
    const path = documents.length === 1 ? 'object' : `object[${index}]`;
    if (document.error === undefined) openLists({ value: document.value, line: document.line, path }).forEach(take);
    else problems.push(unreadable(document, document.error, source));
  }
  return { objects: { services, endpointSlices }, problems };
}

/** Puts the objects of several files together; of the same object in two files the later one counts. */
export function mergeObjects(all: readonly KubernetesObjects[]): KubernetesObjects {
  const services = new Map<string, ServiceObject>();
  const endpointSlices = new Map<string, EndpointSliceObject>();
  for (const objects of all) {
    for (const service of objects.services) services.set(`${service.namespace}/${service.name}`, service);
    for (const slice of objects.endpointSlices) endpointSlices.set(`${slice.namespace}/${slice.name}`, slice);
  }
  return { services: [...services.values()], endpointSlices: [...endpointSlices.values()] };
}

/** A value in a file, and where it stands there. */
interface Found {
  readonly value: unknown;
  readonly line: number;
  readonly path: string;
}

/** What stands in lists, and in lists within lists however deep, in the order of the file. */
function openLists(whole: Found): Found[] {
  const opened: Found[] = [];
  const pending = [whole];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, line, path } = next;
    const items = listItems(value);
    if (items === undefined) {
      opened.push(next);
      continue;
    }
    // The last one pushed is the next one taken.
    for (let index = items.length - 1; index >= 0; index--) {
      pending.push({ value: items[index], line, path: `${path}.items[${index}]` });
    }
  }
  return opened;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a `List`, `ServiceList`, `EndpointSliceList` (whose items may lack `kind`) or a plain array. */
function listItems(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isRecord(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List')) return undefined;
  const items = Array.isArray(value['items']) ? value['items'] : [];
  const itemKind = value['kind'].slice(0, -'List'.length);
  if (itemKind === '') return items;
  return items.map((item: unknown) =>
    isRecord(item) && item['kind'] === undefined ? { ...item, kind: itemKind } : item,
  );
}

function kindOf(value: unknown): string | undefined {
  return isRecord(value) && typeof value['kind'] === 'string' ? value['kind'] : undefined;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function invalidObject(
  kind: string,
  path: string,
  issues: readonly Issue[],
  source: string,
  line: number,
): ModelProblem {
  const field = [path, ...(issues[0]?.path ?? []).map(String)].join('.');
  const reason = issues[0]?.message ?? 'it is not valid';
  return {
    code: 'object-invalid',
    severity: 'error',
    message: `This ${kind} was left out because ${field} is not valid: ${reason}.`,
    args: { kind, field, reason },
    location: { part: source, line, column: 0, length: 0 },
  };
}

function notAnObject(path: string, source: string, line: number): ModelProblem {
  return {
    code: 'object-without-kind',
    severity: 'warning',
    message: `${path} was left out because it is not a Kubernetes object (it has no kind).`,
    args: { path },
    location: { part: source, line, column: 0, length: 0 },
  };
}

function unreadable(document: ManifestDocument, reason: string, source: string): ModelProblem {
  return {
    code: 'objects-unreadable',
    severity: 'error',
    message: `This is neither JSON nor YAML: ${reason}.`,
    args: { reason },
    location: { part: source, line: document.line, column: 0, length: 0 },
  };
}
