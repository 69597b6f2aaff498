import type { Span } from '../common/position.ts';
import type { IptablesDump, RuleIndex } from './document.ts';
import type { IptablesRule, RuleMatch, RuleOption, RuleTarget, Word } from './rule.ts';

/** What stands at an offset of a dump, from the rule down to the word. */
export interface RuleLocation {
  readonly index: RuleIndex;
  readonly rule: IptablesRule;
  /** The match or target that the offset belongs to, by its own words or those of an option. */
  readonly match: RuleMatch | undefined;
  readonly target: RuleTarget | undefined;
  readonly option: RuleOption | undefined;
  /** The value of the option at the offset. */
  readonly value: Word | undefined;
}

/** Finds what stands at an offset; undefined when its line is not a rule. The end of a word counts as within it. */
export function locateInRules(dump: IptablesDump, offset: number): RuleLocation | undefined {
  const index = dump.ruleOnLine(dump.positionAt(offset).line);
  if (index === undefined) return undefined;
  const rule = dump.rule(index);
  const owners = [...rule.matches, ...(rule.target ? [rule.target] : [])];
  const options = [...rule.parameters, ...owners.flatMap((owner) => owner.options)];
  const option = options.find(({ span }) => contains(span, offset));
  const owner = owners.find((candidate) => {
    return option ? candidate.options.includes(option) : contains(candidate.span, offset);
  });
  const match = rule.matches.find((candidate) => candidate === owner);
  const target = rule.target === owner ? rule.target : undefined;
  const value = option?.values.find(({ span }) => contains(span, offset));
  return { index, rule, match, target, option, value };
}

function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
