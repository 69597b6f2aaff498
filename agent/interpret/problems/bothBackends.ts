import type { IptablesBackend } from '../../model/snapshot.ts';
import { isMadeByKubernetes } from '../owners.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ProblemSearch } from './problemContext.ts';

/**
 * Rules in both backends of iptables. The kernel runs both, so that what one accepts the other may drop, and people
 * who look with one tool do not see the rules of the other.
 */
export const findBothBackends: ProblemSearch = ({ parsed }) => {
  const legacy = parsed.rulesets.find((ruleset) => ruleset.backend === 'legacy' && hasRules(ruleset));
  const nft = parsed.rulesets.find((ruleset) => ruleset.backend === 'nf_tables' && hasRules(ruleset));
  if (legacy === undefined || nft === undefined) return [];
  const kubeLegacy = countKubeChains(parsed.rulesets, 'legacy');
  const kubeNft = countKubeChains(parsed.rulesets, 'nf_tables');
  const isDouble = kubeLegacy > 0 && kubeNft > 0;
  return [
    {
      code: 'rules-in-both-backends',
      severity: isDouble ? 'error' : 'warning',
      message: isDouble
        ? 'Kubernetes has chains in both backends of iptables, legacy and nf_tables: one of them is stale and still in force.'
        : 'Both backends of iptables, legacy and nf_tables, hold rules, and the kernel runs both.',
      args: { kubeChainsLegacy: kubeLegacy, kubeChainsNfTables: kubeNft },
      location: firstRule(isDouble || kubeNft > 0 ? legacy : nft),
    },
  ];
};

function hasRules({ dump, tables }: IptablesRuleset): boolean {
  const ours = new Set(tables.values());
  for (let rule = 0; rule < dump.ruleCount; rule++) if (ours.has(dump.ruleTable(rule))) return true;
  return false;
}

function firstRule({ dump, tables, locator }: IptablesRuleset) {
  const ours = new Set(tables.values());
  for (let rule = 0; rule < dump.ruleCount; rule++) {
    if (ours.has(dump.ruleTable(rule))) return locator.line(dump.ruleLine(rule));
  }
  return locator.line(0);
}

function countKubeChains(rulesets: readonly IptablesRuleset[], backend: IptablesBackend): number {
  let count = 0;
  for (const { dump, tables, backend: own } of rulesets) {
    if (own !== backend) continue;
    const ours = new Set(tables.values());
    for (let chain = 0; chain < dump.chainCount; chain++) {
      if (isMadeByKubernetes(dump.chainName(chain)) && ours.has(dump.chainTable(chain))) count++;
    }
  }
  return count;
}
