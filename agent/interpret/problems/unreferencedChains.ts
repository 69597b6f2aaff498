import type { ModelProblem } from '../../model/nodeModel.ts';
import { isWhole } from '../iptables/rulesets.ts';
import { parseChainName } from '../nftables/chainName.ts';
import { statementTargets } from '../nftables/chainRules.ts';
import { serviceMaps } from '../nftables/mapEntries.ts';
import type { ProxyTable } from '../nftables/proxyTable.ts';
import { isMadeByKubernetes } from '../owners.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ProblemSearch } from './problemContext.ts';

/**
 * Chains that nothing needs to lead to. The canaries only tell whether somebody flushed the rules. The others are there
 * whether or not a Service makes use of them: nobody marks packets without Services, or filters source ranges, or
 * drops with KUBE-MARK-DROP (which kubelet made until 1.26).
 */
const mayBeUnreferenced = new Set([
  'KUBE-PROXY-CANARY',
  'KUBE-KUBELET-CANARY',
  'KUBE-IPTABLES-HINT',
  'KUBE-MARK-DROP',
  'KUBE-MARK-MASQ',
  'KUBE-LOAD-BALANCER',
  'KUBE-SOURCE-RANGES-FIREWALL',
]);

/** Chains of kube-proxy or kubelet that no rule leads to: what they do never happens. */
export const findUnreferencedChains: ProblemSearch = ({ parsed, proxyTables, mode }) => [
  ...parsed.rulesets.flatMap(unreferencedInIptables),
  // In the other modes the whole table is reported as left over.
  ...(mode === 'nftables' ? proxyTables.flatMap(unreferencedInNftables) : []),
];

function unreferencedInIptables(ruleset: IptablesRuleset): ModelProblem[] {
  const { part, dump, tables, locator, roles } = ruleset;
  const problems: ModelProblem[] = [];
  const ours = new Set([...tables.values()].filter((table) => isWhole(ruleset, table)));
  for (let chain = 0; chain < dump.chainCount; chain++) {
    if (roles.isReferenced(chain)) continue;
    const name = dump.chainName(chain);
    if (!isMadeByKubernetes(name) || mayBeUnreferenced.has(name) || !ours.has(dump.chainTable(chain))) continue;
    const { line, table, declared } = dump.chain(chain);
    if (!declared) continue;
    const isStale = roles.of(chain) !== undefined;
    problems.push({
      code: 'unreferenced-chain',
      severity: isStale ? 'information' : 'warning',
      message: isStale
        ? `No rule leads to chain ${name}: it was left over when its Service or endpoint went, and does nothing.`
        : `No rule leads to chain ${name}, so its rules have no effect; kube-proxy puts the jump there when it syncs.`,
      args: { chain: name, table: dump.tables[table]?.name ?? '', part: part.id },
      location: locator.line(line),
    });
  }
  return problems;
}

function unreferencedInNftables(proxyTable: ProxyTable): ModelProblem[] {
  const { table, chains, sets, text, locator, isWhole: wasRead } = proxyTable;
  if (!wasRead) return [];
  const referenced = new Set<string>();
  for (const map of serviceMaps) {
    for (const { data } of sets.get(map)?.elements() ?? []) {
      if (data?.kind === 'verdict' && 'target' in data.verdict) referenced.add(data.verdict.target);
    }
  }
  for (const chain of table.chains) {
    for (const rule of chain.rules) {
      // Most rules of a large node only rewrite the destination; understanding all of them would take a second.
      if (!/goto|jump/.test(text.slice(rule.span.start, rule.span.end))) continue;
      for (const statement of rule.statements()) {
        for (const target of statementTargets(statement)) referenced.add(target);
      }
    }
  }
  return [...chains.values()]
    .filter(({ name }) => parseChainName(name) !== undefined && !referenced.has(name))
    .map(({ name, span }) => ({
      code: 'unreferenced-chain',
      severity: 'information',
      message: `No rule leads to chain ${name}: it was left over when its Service or endpoint went, and does nothing.`,
      args: { chain: name, table: table.name, part: locator.part },
      location: locator.at(span),
    }));
}
