import type { SourceLocation } from '../../model/location.ts';
import type { RuleChain, RuleOwner } from '../../model/nodeModel.ts';
import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import { ownerOfComment, ownerOfName } from '../owners.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';

/** What the chains of a rule set are, apart from those of Services. */
export interface SortedChains {
  /** The built-in chains and the fixed ones of kube-proxy. */
  readonly base: readonly RuleChain[];
  /** Chains of others, and those of kube-proxy that belong to no Service any more. */
  readonly foreign: readonly RuleChain[];
  /** Rules that others put into built-in chains. */
  readonly elsewhere: readonly { readonly owner: RuleOwner; readonly location: SourceLocation }[];
}

/** Priorities at which the built-in chains run (linux/netfilter_ipv4.h); nat has its own before and after routing. */
const tablePriorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  nat: -100,
  filter: 0,
  security: 50,
};
const sourceNatPriority = 100;

/** @param carriesServices whether the Service chains here belong to Services of the model. */
export function sortChains(ruleset: IptablesRuleset, carriesServices: boolean): SortedChains {
  const { dump, tables, roles } = ruleset;
  const ours = new Set(tables.values());
  const base: RuleChain[] = [];
  const foreign: RuleChain[] = [];
  const elsewhere: { owner: RuleOwner; location: SourceLocation }[] = [];
  for (let chain = 0; chain < dump.chainCount; chain++) {
    if (!ours.has(dump.chainTable(chain))) continue;
    if (roles.of(chain) !== undefined) {
      if (!carriesServices || !roles.isReferenced(chain)) foreign.push(describe(ruleset, chain));
      continue;
    }
    const described = describe(ruleset, chain);
    if (described.hook !== undefined) {
      base.push(described);
      elsewhere.push(...rulesOfOthers(ruleset, chain));
    } else if (described.owner === 'kube-proxy') {
      base.push(described);
    } else {
      foreign.push(described);
    }
  }
  return { base, foreign, elsewhere };
}

function describe({ part, dump, locator, backend, family }: IptablesRuleset, index: ChainIndex): RuleChain {
  const chain = dump.chain(index);
  const table = dump.tables[chain.table]?.name ?? '';
  const hook = chain.policy === undefined ? undefined : chain.name.toLowerCase();
  const isSourceNat = table === 'nat' && (hook === 'postrouting' || hook === 'input');
  const priority = hook === undefined ? undefined : isSourceNat ? sourceNatPriority : tablePriorities[table];
  return {
    part: part.id,
    backend,
    family,
    table,
    name: chain.name,
    owner: ownerOfName(chain.name),
    ...(hook === undefined ? {} : { hook }),
    ...(priority === undefined ? {} : { priority }),
    ...(chain.policy === undefined ? {} : { policy: chain.policy }),
    rules: dump.chainRules(index).length,
    location: locator.line(chain.line),
    get ruleLocations() {
      return [...dump.chainRules(index)].map((rule) => locator.line(dump.ruleLine(rule)));
    },
    ...(chain.counters === undefined || hook === undefined ? {} : { counters: chain.counters }),
  };
}

/** The rules in a built-in chain that are not kube-proxy's, with who wrote them as far as target or comment tell. */
function rulesOfOthers(
  { dump, locator }: IptablesRuleset,
  chain: ChainIndex,
): { owner: RuleOwner; location: SourceLocation }[] {
  const found: { owner: RuleOwner; location: SourceLocation }[] = [];
  for (const rule of dump.chainRules(chain)) {
    const target = dump.targetChain(rule);
    const ofTarget = target === -1 ? 'unknown' : ownerOfName(dump.chainName(target));
    const owner = ofTarget === 'unknown' ? ownerOfComment(dump.comment(rule) ?? '') : ofTarget;
    if (owner !== 'kube-proxy') found.push({ owner, location: locator.line(dump.ruleLine(rule)) });
  }
  return found;
}
