import type { RulesetProblem } from '../common/problem.ts';
import type { IptablesDump, RuleIndex } from './document.ts';

/**
 * Everything in a dump that is not understood, each once and in the order of the text: the dump's own problems and those
 * within `rules`, which are all when not given. These are parsed in full; for all of them that takes about three times
 * as long as the scan of the dump.
 */
export function ruleProblems(
  dump: IptablesDump,
  rules: Iterable<RuleIndex> = Array(dump.ruleCount).keys(),
): readonly RulesetProblem[] {
  const all = new Map<string, RulesetProblem>();
  const add = (problem: RulesetProblem) => all.set(`${problem.code} ${problem.span.start}`, problem);
  dump.problems.forEach(add);
  for (const rule of rules) dump.rule(rule).problems.forEach(add);
  return [...all.values()].sort((a, b) => a.span.start - b.span.start);
}
