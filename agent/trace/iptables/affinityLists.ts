import type { IptablesRuleset } from '../../interpret/parsedSnapshot.ts';
import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import { optionNamed } from './condition.ts';
import { recentList } from './listMatches.ts';
import { endpointKey, parseTranslationRange } from './translationRange.ts';

/**
 * The lists of `-m recent` in which a client is remembered on its way to an endpoint: those that a rule sets in a chain
 * that translates to the endpoint, as kube-proxy's KUBE-SEP- chains do.
 */
export class AffinityLists {
  readonly #rulesets: readonly IptablesRuleset[];
  #chains: ReadonlyMap<string, readonly EndpointChain[]> | undefined;

  constructor(rulesets: readonly IptablesRuleset[]) {
    this.#rulesets = rulesets;
  }

  /** @param endpoint as {@link endpointKey} writes it */
  of(endpoint: string): readonly string[] {
    this.#chains ??= indexChains(this.#rulesets);
    const chains = this.#chains.get(endpoint) ?? [];
    return [...new Set(chains.flatMap(listsSetIn))];
  }
}

/** A chain that translates to an endpoint. */
interface EndpointChain {
  readonly ruleset: IptablesRuleset;
  readonly chain: ChainIndex;
}

function indexChains(rulesets: readonly IptablesRuleset[]): Map<string, EndpointChain[]> {
  const index = new Map<string, EndpointChain[]>();
  for (const ruleset of rulesets) addChains(ruleset, index);
  return index;
}

function addChains(ruleset: IptablesRuleset, index: Map<string, EndpointChain[]>): void {
  const { dump, tables, family } = ruleset;
  const nat = tables.get('nat');
  for (let rule = 0; nat !== undefined && rule < dump.ruleCount; rule++) {
    const chain = dump.ruleChain(rule);
    if (dump.targetName(rule) !== 'DNAT' || chain === -1 || dump.chainTable(chain) !== nat) continue;
    const range = parseTranslationRange(family, dump.optionValue(rule, '--to-destination') ?? '');
    const { addresses, ports } = range ?? {};
    if (addresses?.first.value !== addresses?.last.value || ports?.first !== ports?.last) continue;
    if (addresses === undefined) continue;
    const endpoint = endpointKey(addresses.first, ports?.first);
    const others = index.get(endpoint);
    if (others === undefined) index.set(endpoint, [{ ruleset, chain }]);
    else others.push({ ruleset, chain });
  }
}

function listsSetIn({ ruleset: { dump }, chain }: EndpointChain): string[] {
  const matches = [...dump.chainRules(chain)].flatMap((rule) => dump.rule(rule).matches);
  return matches
    .filter((match) => match.name === 'recent' && optionNamed(match, '--set')?.negated === false)
    .map(recentList);
}
