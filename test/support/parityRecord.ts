import { createHash } from 'node:crypto';
import type { IpFamily } from '../../agent/model/address.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import type { RuleFiles } from '../vm/ruleFiles.ts';
import { type CanonicalRules, canonicalRules } from './canonicalRules.ts';
import { rawRules } from './rawRules.ts';
import { rulesOfFiles, sysctlsOfText } from './rulesOfFiles.ts';

/** What is kept of a kernel that kube-proxy programmed for a generated set: a digest of every part. */
export interface ParityRecord {
  readonly seed: number;
  readonly mode: ServiceMode;
  readonly family: IpFamily;
  /** Of canonical rules, by section. */
  readonly sections: Readonly<Record<string, string>>;
  /** Of raw rules, by file. */
  readonly raw: Readonly<Record<string, string>>;
}

/** The canonical rules of saved files, with the settings that `sysctls.txt` says were changed. */
export function canonicalFiles(files: RuleFiles, family: IpFamily): CanonicalRules {
  const changed = [...sysctlsOfText(files.get('sysctls.txt') ?? '')];
  // The module of a scheduler brings its setting along when it is first used.
  const set = changed.filter(([path]) => !path.endsWith('_expiration'));
  return canonicalRules(rulesOfFiles(files, family), new Map(set));
}

/** A digest of each section; 48 bits of it, which no accident makes equal. */
export function digests(sections: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries(
    [...sections]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([section, lines]) => [section, createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12)]),
  );
}

/** Of raw rules, by file. */
export function rawDigests(files: RuleFiles, family: IpFamily): Record<string, string> {
  return digests(rawRules(files, family));
}

/** The names under which two sets of digests do not have the same. */
export function differingSections(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]);
}
