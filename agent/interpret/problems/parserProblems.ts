import type { ModelProblem } from '../../model/nodeModel.ts';
import type { RulesetProblem } from '../../ruleset/common/problem.ts';
import type { IptablesDump, RuleIndex } from '../../ruleset/iptables/document.ts';
import { ruleProblems } from '../../ruleset/iptables/ruleProblems.ts';
import type { ChainRoles } from '../iptables/chainRole.ts';
import type { Locator } from '../locator.ts';
import type { ParsedSnapshot } from '../parsedSnapshot.ts';
import type { ProblemSearch } from './problemContext.ts';

/** Rules are parsed fully only to find what is wrong in them; with more of them in a dump it would take too long. */
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
    const found = ruleProblems(document, rulesToParse(document, parsed));
    add(
      found.filter(({ code }) => !isAnsweredElsewhere(code, parsed)),
      locator,
    );
  }
  const others = [...parsed.ipsets, ...parsed.ipvs, ...parsed.ipvsStats, ...parsed.nftables];
  for (const { document, locator } of others) add(document.problems, locator);
  return problems;
};

/** iptables-nft warns of legacy tables that it does not show; that is no problem where another part shows them. */
function isAnsweredElsewhere(code: string, { rulesets }: ParsedSnapshot): boolean {
  return code === 'legacy-tables-present' && rulesets.some(({ backend }) => backend === 'legacy');
}

/** Of large dumps only the rules in chains of others than kube-proxy, whose own rules are well formed. */
function rulesToParse(dump: IptablesDump, { rulesets }: ParsedSnapshot): Iterable<RuleIndex> {
  const roles = rulesets.find((ruleset) => ruleset.dump === dump)?.roles;
  const isLarge = dump.ruleCount > maxRulesParsedFully && roles !== undefined;
  return isLarge ? rulesOfOthers(dump, roles) : Array(dump.ruleCount).keys();
}

function rulesOfOthers(dump: IptablesDump, roles: ChainRoles): RuleIndex[] {
  const rules: RuleIndex[] = [];
  for (let chain = 0; chain < dump.chainCount && rules.length < maxRulesParsedFully; chain++) {
    if (roles.of(chain) !== undefined || dump.chainName(chain).startsWith('KUBE-')) continue;
    for (const rule of dump.chainRules(chain)) rules.push(rule);
  }
  return rules.slice(0, maxRulesParsedFully);
}
