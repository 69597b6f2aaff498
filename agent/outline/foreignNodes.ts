import type { SourceLocation } from '../model/location.ts';
import type { ForeignGroup, NodeModel } from '../model/nodeModel.ts';
import { addChain, chainHolds } from './chainNodes.ts';
import { excerptDocument } from './documents/excerptDocument.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import { ruleExcerpt } from './documents/serviceDocument.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import { isAt, type Place } from './place.ts';
import { ruleSource } from './ruleNodes.ts';
import { addSet, setHolds } from './setNodes.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Adds the heading of what belongs to no Service, by who wrote it. */
export function addForeign(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const { foreign } = model;
  if (foreign.length === 0) return;
  siblings.add('foreign', {
    facts: () => ({ kind: 'foreign', count: foreign.length }),
    childCount: () => foreign.length,
    children: (below) => {
      for (const group of foreign) below.add(group.owner, ownerSource(group, text));
    },
    holds: (place) => foreign.some((group) => groupHolds(group, place)),
  });
}

function groupHolds({ chains, sets, rulesElsewhere }: ForeignGroup, place: Place): boolean {
  return (
    chains.some((chain) => chainHolds(chain, place)) ||
    sets.some((set) => setHolds(set, place)) ||
    rulesElsewhere.some((rule) => isAt(place, rule))
  );
}

function ownerSource(group: ForeignGroup, text: SnapshotText): NodeSource {
  const { owner, chains, sets, rules, rulesElsewhere } = group;
  const document = (target?: SourceLocation): OutlineDocument =>
    excerptDocument(
      owner,
      rulesElsewhere.map((rule) => ruleExcerpt([rule], text)),
      text,
      target,
    );
  return {
    facts: () => ({ kind: 'owner', owner, chains: chains.length, sets: sets.length, rules }),
    childCount: () => chains.length + sets.length + rulesElsewhere.length,
    children: (siblings) => {
      for (const chain of chains) addChain(siblings, chain, text);
      for (const set of sets) addSet(siblings, set, text);
      for (const rule of rulesElsewhere) {
        siblings.add(`rule:${rule.part}:${rule.line}:${rule.column}`, ruleSource(rule, text, document));
      }
    },
    searchText: () => searchable(owner),
    holds: (place) => groupHolds(group, place),
  };
}
