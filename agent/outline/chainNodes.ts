import type { SourceLocation } from '../model/location.ts';
import type { NodeModel, RuleChain } from '../model/nodeModel.ts';
import { excerptDocument } from './documents/excerptDocument.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import { isAt, isInBlock, type Place } from './place.ts';
import { ruleSource } from './ruleNodes.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** The hooks in the order in which a packet that is forwarded, or delivered and answered, passes them. */
const hookOrder = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'];

/** Adds the heading of the base chains: the chains of each hook, then kube-proxy's own that hang on none. */
export function addBaseChains(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const chains = model.baseChains;
  if (chains.length === 0) return;
  const place = (hook: string): number => (hookOrder.includes(hook) ? hookOrder.indexOf(hook) : hookOrder.length);
  const hooks = [...new Set(chains.flatMap(({ hook }) => hook ?? []))].sort((a, b) => place(a) - place(b));
  siblings.add('baseChains', {
    facts: () => ({ kind: 'baseChains', count: chains.length }),
    children: (below) => {
      for (const hook of hooks) below.add(hook, hookSource(hook, chains, text));
      for (const chain of chains) if (chain.hook === undefined) addChain(below, chain, text);
    },
    holds: (place) => chains.some((chain) => chainHolds(chain, place)),
  });
}

function hookSource(hook: string, all: readonly RuleChain[], text: SnapshotText): NodeSource {
  // Chains of the same priority run in an order that no dump tells; the model's stays.
  const chains = all.filter((chain) => chain.hook === hook).sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  return {
    facts: () => ({ kind: 'hook', hook, chains: chains.length }),
    childCount: () => chains.length,
    children: (siblings) => {
      for (const chain of chains) addChain(siblings, chain, text);
    },
    searchText: () => searchable(hook),
    holds: (place) => chains.some((chain) => chainHolds(chain, place)),
  };
}

/** Whether a line declares a chain or is one of its rules. */
export function chainHolds({ location, table, name, ruleLocations }: RuleChain, place: Place): boolean {
  if (place.block) return isInBlock(place, location, table, name);
  return isAt(place, location) || (location.part === place.part && ruleLocations.some((rule) => isAt(place, rule)));
}

/** Adds a chain with its rules below. */
export function addChain(siblings: Siblings, chain: RuleChain, text: SnapshotText): void {
  const { part, backend, family, table, name, owner, hook, priority, policy, rules, location } = chain;
  const document = (target?: SourceLocation) =>
    excerptDocument(
      name,
      [{ kind: 'chain', family, table, name, declaration: location, entries: chain.ruleLocations }],
      text,
      target,
    );
  let below: string | undefined;
  siblings.add(`${part}:${family}:${table}:${name}`, {
    facts: () => ({
      kind: 'chain',
      backend,
      family,
      table,
      name,
      owner,
      ...(hook !== undefined && { hook }),
      ...(priority !== undefined && { priority }),
      ...(policy !== undefined && { policy }),
      rules,
    }),
    location,
    counters: () => chain.counters,
    childCount: () => rules,
    children: (ofChain) => {
      chain.ruleLocations.forEach((rule, index) => {
        ofChain.add(`${index}`, ruleSource(rule, text, document));
      });
    },
    searchText: () => searchable(name, table),
    searchTextBelow: () => {
      below ??= chain.ruleLocations
        .map((rule) => text.at(rule))
        .join('\n')
        .toLowerCase();
      return below;
    },
    holds: (place) => chainHolds(chain, place),
    document: () => document(location),
  });
}
