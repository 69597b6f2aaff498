import type { ModelProblem } from '../../model/nodeModel.ts';
import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import { readBalancing } from '../iptables/balancing.ts';
import { findDnat } from '../iptables/endpoints.ts';
import { EqualShares } from '../iptables/equalShares.ts';
import { isWhole } from '../iptables/rulesets.ts';
import { parseChainName } from '../nftables/chainName.ts';
import { readBalancing as readNftBalancing } from '../nftables/chainRules.ts';
import type { ProxyTable } from '../nftables/proxyTable.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ProblemSearch } from './problemContext.ts';

/** Services that do not give all endpoints the same part of new connections, and endpoints that nothing reaches. */
export const findBalancingProblems: ProblemSearch = ({ parsed, proxyTables, mode }) => {
  if (mode === 'iptables') return parsed.rulesets.flatMap(problemsOfIptables);
  return mode === 'nftables' ? proxyTables.flatMap(problemsOfNftables) : [];
};

function problemsOfIptables(ruleset: IptablesRuleset): ModelProblem[] {
  const { dump, tables, roles } = ruleset;
  const nat = tables.get('nat');
  if (nat === undefined || !isWhole(ruleset, nat)) return [];
  const equalShares = new EqualShares(ruleset);
  const problems: ModelProblem[] = [];
  for (let chain = 0; chain < dump.chainCount; chain++) {
    if (dump.chainTable(chain) !== nat) continue;
    const role = roles.of(chain);
    if (role === undefined || role === 'firewall') continue;
    const found =
      role === 'endpoint'
        ? problemsOfEndpointChain(ruleset, chain)
        : problemsOfServiceChain(ruleset, chain, equalShares);
    if (found !== undefined) problems.push(found);
  }
  return problems;
}

function problemsOfServiceChain(
  ruleset: IptablesRuleset,
  chain: ChainIndex,
  equalShares: EqualShares,
): ModelProblem | undefined {
  const { dump, locator } = ruleset;
  if (equalShares.areGivenBy(chain)) return undefined;
  const rules = readBalancing(ruleset, chain);
  const name = dump.chainName(chain);
  const sum = rules.reduce((total, { share }) => total + share, 0);
  // The first rule whose part is not 1/n is where to look.
  const odd = rules.find(({ share }) => Math.abs(share - 1 / rules.length) > 1e-5) ?? rules[0];
  return unequalShares(name, rules.length, sum, locator.line(odd === undefined ? 0 : dump.ruleLine(odd.rule)));
}

function problemsOfEndpointChain(
  { dump, locator, roles }: IptablesRuleset,
  chain: ChainIndex,
): ModelProblem | undefined {
  // A chain without rules that nothing leads to is one that kube-proxy has yet to delete.
  if (findDnat(dump, chain) !== undefined || !roles.isReferenced(chain)) return undefined;
  return endpointWithoutDnat(dump.chainName(chain), locator.line(dump.chain(chain).line));
}

function problemsOfNftables({ chains, locator, isWhole: wasRead }: ProxyTable): ModelProblem[] {
  if (!wasRead) return [];
  const problems: ModelProblem[] = [];
  for (const chain of chains.values()) {
    const role = parseChainName(chain.name)?.role;
    if (role !== 'cluster' && role !== 'local') continue;
    const parts = readNftBalancing(chain);
    const sum = parts.reduce((total, { share }) => total + share, 0);
    if (parts.some(({ share }) => Math.abs(share - 1 / parts.length) > 1e-9)) {
      problems.push(unequalShares(chain.name, parts.length, sum, locator.at(chain.span)));
    }
  }
  return problems;
}

function unequalShares(
  chain: string,
  endpoints: number,
  sum: number,
  location: ModelProblem['location'] & object,
): ModelProblem {
  const lost = Math.round((1 - sum) * 1000) / 10;
  return {
    code: 'unequal-shares',
    severity: 'warning',
    message:
      lost > 0
        ? `Chain ${chain} does not give its ${endpoints} endpoints equal shares, and ${lost} % of new connections reach none.`
        : `Chain ${chain} does not give its ${endpoints} endpoints equal shares of new connections.`,
    args: { chain, endpoints, lostPercent: lost },
    location,
  };
}

function endpointWithoutDnat(chain: string, location: ModelProblem['location'] & object): ModelProblem {
  return {
    code: 'endpoint-without-dnat',
    severity: 'error',
    message: `Chain ${chain} has no DNAT rule, so connections that are given to this endpoint reach nothing.`,
    args: { chain },
    location,
  };
}
