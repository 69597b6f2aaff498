import type { ModelProblem } from '../model/nodeModel.ts';
import { CollectedObjects } from './collectedObjects.ts';
import { splitManifest } from './documents.ts';
import type { KubernetesObjects } from './kubernetesObjects.ts';
import { duplicateObject, invalidObject, objectWithoutKind, unreadableObjects } from './objectProblems.ts';
import { readObject } from './readObject.ts';

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
  const collected = new CollectedObjects();
  const problems: ModelProblem[] = [];
  const locate = (line: number) => ({ part: source, line, column: 0, length: 0 });

  const take = ({ value, line, path }: Found): void => {
    if (!isRecord(value) || typeof value['kind'] !== 'string') {
      if (value !== null) problems.push(objectWithoutKind(path, locate(line)));
      return;
    }
    const { kind } = value;
    const read = readObject(kind, value);
    if (read === undefined) return;
    if ('message' in read) {
      problems.push(invalidObject(kind, path, read, locate(line)));
      return;
    }
    const replaced = collected.add(read);
    if (replaced !== undefined) problems.push(duplicateObject(kind, replaced, locate(line)));
  };

  for (const { value, line, path, error } of splitManifest(text)) {
    if (error === undefined) openLists({ value, line, path }).forEach(take);
    else problems.push(unreadableObjects(error, locate(line)));
  }
  return { objects: collected.objects, problems };
}

/** Puts the objects of several files together; of the same object in two files the later one counts. */
export function mergeObjects(all: readonly KubernetesObjects[]): KubernetesObjects {
  const collected = new CollectedObjects();
  for (const objects of all) collected.addAll(objects);
  return collected.objects;
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
