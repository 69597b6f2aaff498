import type { IpFamily } from '../../model/address.ts';
import { ipvsSetFamily } from '../../model/ipvsSets.ts';
import type { IpSet } from '../../model/serviceRules.ts';
import type { IpsetOption } from '../../ruleset/ipset/document.ts';
import { parseIpsetSave } from '../../ruleset/ipset/parse.ts';

/** Options of how a set is kept, which say nothing of what it holds. */
const internalOptions: ReadonlySet<string> = new Set(['hashsize', 'bucketsize', 'initval']);

/** kube-proxy's sets of one family, by name, out of what `ipset save` printed. */
export function readIpSets(saveText: string, family: IpFamily): ReadonlyMap<string, IpSet> {
  const sets = new Map<string, IpSet>();
  for (const set of parseIpsetSave(saveText).sets) {
    const { name, definition } = set;
    if (definition === undefined || ipvsSetFamily(name) !== family) continue;
    const entries = new Set<string>();
    for (const { element } of set.entries()) entries.add(element);
    sets.set(name, { name, type: definition.type, options: optionsText(definition.options), entries });
  }
  return sets;
}

function optionsText(options: readonly IpsetOption[]): string {
  return options
    .filter(({ name }) => !internalOptions.has(name))
    .map(({ name, value }) => (value === undefined ? name : `${name} ${value}`))
    .join(' ');
}
