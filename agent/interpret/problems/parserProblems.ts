import type { ModelProblem } from '../../model/nodeModel.ts';
import type { RulesetProblem } from '../../ruleset/common/problem.ts';
import type { IptablesDump } from '../../ruleset/iptables/document.ts';
import { chainRole } from '../iptables/chainRole.ts';
import type { Locator } from '../locator.ts';
import type { ParsedSnapshot } from '../parsedSnapshot.ts';
import type { ProblemSearch } from './problemContext.ts';

/** Rules are parsed fully only to find what is wrong in them; in dumps with more of them it would take seconds. */
const maxRulesParsedFully = 20_000;

/** What the parsers did not understand, or found wrong in the text alone, such as a jump to a chain that is missing. */
export const findParserProblems: ProblemSearch = ({ parsed }) => {
  const problems: ModelProblem[] = [];
  const add = (found: readonly RulesetProblem[], locator: Locator): void => {
    for (const { code, severity, message, args, span } of found) {
      problems.push({ code, severity, message, args, location: locator.at(span) });
    }
  };
  for (const { document, locator } of parsed.iptables) {
    add(
      document.problems.filter(({ code }) => !isAnsweredElsewhere(code, parsed)),
      locator,
    );
    add(problemsInRules(document), locator);
  }
  const others = [...parsed.ipsets, ...parsed.ipvs, ...parsed.ipvsStats, ...parsed.nftables];
  for (const { document, locator } of others) add(document.problems, locator);
  return problems;
};

/** iptables-nft warns of legacy tables that it does not show; that is no problem where another part shows them. */
function isAnsweredElsewhere(code: string, { rulesets }: ParsedSnapshot): boolean {
  return code === 'legacy-tables-present' && rulesets.some(({ backend }) => backend === 'legacy');
}

/** Of the chains of Services, which kube-proxy wrote, only as many as it takes no time to read. */
function problemsInRules(dump: IptablesDump): RulesetProblem[] {
  const problems: RulesetProblem[] = [];
  let left = maxRulesParsedFully;
  for (let rule = 0; rule < dump.ruleCount && left > 0; rule++) {
    const chain = dump.ruleChain(rule);
    if (dump.ruleCount > maxRulesParsedFully && chain !== -1 && isServiceRule(dump.chainName(chain))) continue;
    problems.push(...dump.rule(rule).problems);
    left--;
  }
  return problems;
}

function isServiceRule(chain: string): boolean {
  return chainRole(chain) !== undefined;
}
