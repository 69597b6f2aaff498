import type { Snapshot } from '../model/snapshot.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { type KeptObjects, parseKeptObjects } from './keptObjects.ts';

/**
 * The Services and EndpointSlices that a node's virtual servers were made from, where they were applied by this program:
 * they give names to them. Empty where none are kept, and where the rules carry their names themselves.
 */
export async function appliedObjects(environment: ChangeEnvironment, snapshot: Snapshot): Promise<readonly string[]> {
  if (!snapshot.parts.some(({ kind, text }) => kind === 'ipvsadm-save' && text !== '')) return [];
  return (await latestObjects(environment))?.objects ?? [];
}

/** What was applied last to a node, and not taken back; undefined where this program applied nothing. */
export async function latestObjects({ folder }: ChangeEnvironment): Promise<KeptObjects | undefined> {
  const { latest, confirmed } = await folder.readRecord();
  const file = (latest?.state === 'pending' ? latest : confirmed)?.objects;
  if (file === undefined) return undefined;
  return parseKeptObjects((await folder.readFile(file)) ?? '');
}
