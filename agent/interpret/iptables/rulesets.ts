import type { IpFamily } from '../../model/address.ts';
import type { IptablesBackend } from '../../model/snapshot.ts';
import type { IptablesDump, IptablesTable, TableIndex } from '../../ruleset/iptables/document.ts';
import type { IptablesRuleset, ParsedPart } from '../parsedSnapshot.ts';
import { ChainRoles } from './chainRole.ts';

/** How many rules are looked at for an address that tells the family, when nothing else does. */
const rulesToProbe = 200;

/** Sorts the tables of a dump by family and backend: one file may hold the output of several `*-save` programs. */
export function splitRulesets({ part, document, locator }: ParsedPart<IptablesDump>): IptablesRuleset[] {
  const roles = new ChainRoles(document);
  const groups = new Map<string, IptablesRuleset & { tables: Map<string, TableIndex> }>();
  for (const table of document.tables) {
    const family = part.family ?? table.origin?.family ?? familyOfContent(document);
    const backend = part.backend ?? table.origin?.backend ?? backendOf(document.tables);
    const key = `${backend} ${family}`;
    const group = groups.get(key) ?? { part, dump: document, locator, backend, family, tables: new Map(), roles };
    if (!group.tables.has(table.name)) group.tables.set(table.name, table.index);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/**
 * Whether there is one dump of a table, and it goes on to its end. Of one that was cut off nothing can be said to be
 * missing, and of several together not what their rules amount to.
 */
export function isWhole({ part, dump }: IptablesRuleset, table: TableIndex): boolean {
  const [section, ...others] = dump.sections.filter((each) => each.table === table);
  return part.status === 'complete' && section?.committed === true && others.length === 0;
}

function backendOf(tables: readonly IptablesTable[]): IptablesBackend {
  return tables.find((table) => table.origin !== undefined)?.origin?.backend ?? 'legacy';
}

function familyOfContent(dump: IptablesDump): IpFamily {
  for (let rule = 0; rule < Math.min(dump.ruleCount, rulesToProbe); rule++) {
    const address = dump.destination(rule)?.value ?? dump.source(rule)?.value;
    if (address?.includes('/')) return address.includes(':') ? 'ipv6' : 'ipv4';
  }
  return 'ipv4';
}
