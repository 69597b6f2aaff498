import type { RulesetProblem } from '../common/problem.ts';
import type { IptablesDump } from './document.ts';

/**
 * Everything in a dump that is not understood, in the order of the text: the dump's own problems and those within each
 * rule. It parses every rule in full, which takes about three times as long as the scan of the dump.
 */
export function ruleProblems(dump: IptablesDump): readonly RulesetProblem[] {
  const all = new Map<string, RulesetProblem>();
  const add = (problem: RulesetProblem) => all.set(`${problem.code} ${problem.span.start}`, problem);
  dump.problems.forEach(add);
  for (let rule = 0; rule < dump.ruleCount; rule++) dump.rule(rule).problems.forEach(add);
  return [...all.values()].sort((a, b) => a.span.start - b.span.start);
}
