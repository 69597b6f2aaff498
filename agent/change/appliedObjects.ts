import type { Snapshot } from '../model/snapshot.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { parseKeptObjects } from './keptObjects.ts';

/**
 * The Services and EndpointSlices that a node's virtual servers were made from, where they were applied by this program:
 * they give names to them. Empty where none are kept, and where the rules carry their names themselves.
 */
export async function appliedObjects({ folder }: ChangeEnvironment, snapshot: Snapshot): Promise<readonly string[]> {
  if (!snapshot.parts.some(({ kind, text }) => kind === 'ipvsadm-save' && text !== '')) return [];
  const { latest, confirmed } = await folder.readRecord();
  const file = (latest?.state === 'pending' ? latest : confirmed)?.objects;
  if (file === undefined) return [];
  return parseKeptObjects((await folder.readFile(file)) ?? '')?.objects ?? [];
}
