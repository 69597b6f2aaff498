import type { Command } from '../command.ts';
import { ChangeError } from './changeError.ts';
import type { SetPrerequisite } from './changeRecord.ts';
import { type IpvsTimeouts, type Prerequisite, type PrerequisiteSetting, readIpvsTimeouts } from './prerequisites.ts';
import { type ChangeWork, changeWith } from './runSteps.ts';

/** Those that the user lets the agent set, among those that are not met. */
export function consented(prerequisites: readonly Prerequisite[], consent: readonly string[]): PrerequisiteSetting[] {
  return prerequisites.flatMap(({ id, met, setting }) => (!met && setting && consent.includes(id) ? [setting] : []));
}

/** @throws ChangeError `prerequisites-unmet` with the ids of those without which the rules cannot work */
export function refuseUnmet(prerequisites: readonly Prerequisite[], consent: readonly string[]): void {
  const unmet = prerequisites.filter(
    ({ id, met, required, setting }) => !met && required && !(setting && consent.includes(id)),
  );
  if (unmet.length === 0) return;
  const ids = unmet.map(({ id }) => id).join(', ');
  const facts = unmet.map(({ fact }) => fact.message).join(' ');
  throw new ChangeError('prerequisites-unmet', `The node lacks what the rules need. ${facts}`, { ids });
}

function settingFailed(path: string, systemCode: string): ChangeError {
  const name = path.replaceAll('/', '.');
  return new ChangeError('setting-failed', `${name} could not be set (${systemCode}).`, { setting: name, systemCode });
}

/**
 * Sets one prerequisite.
 *
 * @param remember is told how to undo it, before anything is done
 * @throws ChangeError `step-failed`, `setting-failed`, `cancelled`
 */
export async function setPrerequisite(
  setting: PrerequisiteSetting,
  work: ChangeWork,
  remember: (done: SetPrerequisite) => Promise<void>,
): Promise<void> {
  if (setting.kind === 'module') {
    await remember({ kind: 'module', name: setting.name });
    await changeWith(work, { argv: ['modprobe', setting.name] });
    return;
  }
  if (setting.kind === 'ipvsTimeouts') {
    const before = await readIpvsTimeouts(work.machine, work.signal);
    if (before === undefined)
      throw new ChangeError('setting-failed', 'There is no ipvs.', { setting: 'ipvs', systemCode: 'ENOENT' });
    await remember({ kind: 'ipvsTimeouts', before: [...before] });
    await changeWith(work, setTimeouts(setting.value));
    return;
  }
  const { path, value } = setting;
  const file = await work.machine.readFile(`/proc/sys/${path}`);
  if (file.kind !== 'read') throw settingFailed(path, 'ENOENT');
  await remember({ kind: 'sysctl', path, before: file.text.trim() });
  try {
    await work.machine.writeSetting(path, value);
  } catch (error) {
    throw settingFailed(path, error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
  }
}

function setTimeouts(timeouts: IpvsTimeouts): { readonly argv: Command['argv'] } {
  return { argv: ['ipvsadm', '--set', ...timeouts.map(String)] };
}

/**
 * Puts back what was set, the last first. A module that something else uses by now stays; nothing but memory depends
 * on that.
 *
 * @returns how many settings could not be put back
 */
export async function restorePrerequisites(set: readonly SetPrerequisite[], work: ChangeWork): Promise<number> {
  let failed = 0;
  for (const done of set.toReversed()) {
    if (done.kind === 'module') {
      // `modprobe -r` would take along what it depends on, which was there before.
      await changeWith(work, { argv: ['rmmod', done.name] }).catch(() => {});
      continue;
    }
    if (done.kind === 'ipvsTimeouts') {
      if ((await readIpvsTimeouts(work.machine)) === undefined) continue;
      await changeWith(work, setTimeouts(done.before)).catch(() => failed++);
      continue;
    }
    // A module that was unloaded took its settings along.
    const file = await work.machine.readFile(`/proc/sys/${done.path}`);
    if (file.kind !== 'read' || file.text.trim() === done.before) continue;
    await work.machine.writeSetting(done.path, done.before).catch(() => failed++);
  }
  return failed;
}
