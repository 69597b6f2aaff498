import type { SourceLocation } from '../model/location.ts';
import type { ForeignGroup, RuleChain, RuleOwner, RuleSet } from '../model/nodeModel.ts';

interface GroupDraft {
  readonly chains: RuleChain[];
  readonly sets: RuleSet[];
  readonly rulesElsewhere: SourceLocation[];
}

/** Groups what belongs to no Service by who wrote it, those with most rules first and the unknown last. */
export function groupByOwner(
  chains: readonly RuleChain[],
  sets: readonly RuleSet[],
  elsewhere: readonly { readonly owner: RuleOwner; readonly location: SourceLocation }[],
): ForeignGroup[] {
  const groups = new Map<RuleOwner, GroupDraft>();
  const group = (owner: RuleOwner): GroupDraft => {
    const draft = groups.get(owner) ?? { chains: [], sets: [], rulesElsewhere: [] };
    groups.set(owner, draft);
    return draft;
  };
  for (const chain of chains) group(chain.owner).chains.push(chain);
  for (const set of sets) if (set.owner !== 'kube-proxy') group(set.owner).sets.push(set);
  for (const { owner, location } of elsewhere) group(owner).rulesElsewhere.push(location);
  return [...groups]
    .map(([owner, draft]) => ({
      owner,
      ...draft,
      rules: draft.chains.reduce((sum, chain) => sum + chain.rules, draft.rulesElsewhere.length),
    }))
    .sort((a, b) => Number(a.owner === 'unknown') - Number(b.owner === 'unknown') || b.rules - a.rules);
}
