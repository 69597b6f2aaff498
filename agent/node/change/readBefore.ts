import { ChangeError } from './changeError.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { parseRuleSnapshot, type RulesBefore } from './ruleSnapshot.ts';
import type { StateFolder } from './stateFolder.ts';

/**
 * What stood before a change.
 *
 * @throws ChangeError `snapshot-lost`
 */
export async function readBefore(folder: StateFolder, { before }: ChangeEntry): Promise<RulesBefore> {
  const rules = parseRuleSnapshot((await folder.readFile(before)) ?? '');
  if (rules !== undefined) return rules;
  throw new ChangeError('snapshot-lost', `${before} is gone, which says what stood before the change.`, {
    file: before,
  });
}
