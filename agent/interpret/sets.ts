import type { RuleSet } from '../model/nodeModel.ts';
import { isIptablesTable } from './nftables/chainList.ts';
import { ownerOfName } from './owners.ts';
import type { ParsedSnapshot } from './parsedSnapshot.ts';

/** All ipsets, and the sets and maps of nftables but those in which kube-proxy keeps clients with affinity. */
export function readSets({ ipsets, nftables, rulesets }: ParsedSnapshot): RuleSet[] {
  const sets: RuleSet[] = [];
  for (const { part, document, locator } of ipsets) {
    for (const set of document.sets) {
      const family = set.definition?.family;
      const start = set.definition?.span ?? set.entry(0)?.span ?? { start: 0, end: 0 };
      sets.push({
        part: part.id,
        kind: 'ipset',
        ...(family === undefined ? {} : { family: family === 'inet6' ? 'ipv6' : 'ipv4' }),
        name: set.name,
        type: set.definition?.type ?? '',
        entries: set.entryCount,
        owner: ownerOfName(set.name),
        location: locator.at(start),
        get entryLocations() {
          return [...set.entries()].map(({ span }) => locator.at(span));
        },
      });
    }
  }
  for (const { part, document, locator } of nftables) {
    for (const table of document.ruleset.tables) {
      if (isIptablesTable(table, rulesets)) continue;
      const tableOwner = ownerOfName(table.name);
      for (const set of table.sets) {
        if (tableOwner === 'kube-proxy' && set.name.startsWith('affinity-')) continue;
        sets.push({
          part: part.id,
          kind: set.kind,
          family: table.family,
          table: table.name,
          name: set.name,
          type: [set.keyTypes.join(' . '), set.dataTypes.join(' . ')].filter((type) => type !== '').join(' : '),
          entries: set.elementCount,
          owner: tableOwner === 'unknown' ? ownerOfName(set.name) : tableOwner,
          location: locator.at(set.span),
          get entryLocations() {
            return set.elements().map(({ span }) => locator.at(span));
          },
        });
      }
    }
  }
  return sets;
}
