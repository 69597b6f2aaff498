import type { PartKind, Snapshot, SnapshotPart } from '../model/snapshot.ts';
import { parseIpsetSave } from '../ruleset/ipset/parse.ts';
import { parseIptablesSave } from '../ruleset/iptables/parse.ts';
import { parseIpvsadmStats } from '../ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../ruleset/ipvs/parseSave.ts';
import type { NftDocument } from '../ruleset/nftables/document.ts';
import { parseNftJson } from '../ruleset/nftables/parseJson.ts';
import { parseNftText } from '../ruleset/nftables/parseText.ts';
import { parseAddresses } from './addresses.ts';
import { splitRulesets } from './iptables/rulesets.ts';
import { Locator } from './locator.ts';
import type { ParsedPart, ParsedSnapshot } from './parsedSnapshot.ts';

/** For as long as they live: who looks at a snapshot again later finds it parsed. */
const parsedSnapshots = new WeakMap<Snapshot, ParsedSnapshot>();

/** Parses every part of a snapshot that holds rules, sets, virtual servers or addresses. */
export function parseSnapshot(snapshot: Snapshot): ParsedSnapshot {
  const known = parsedSnapshots.get(snapshot);
  if (known !== undefined) return known;
  const parsed = parseParts(snapshot);
  parsedSnapshots.set(snapshot, parsed);
  return parsed;
}

function parseParts(snapshot: Snapshot): ParsedSnapshot {
  const parts = snapshot.parts.filter(hasContent);
  const parse = <Document>(kind: PartKind, parser: (text: string) => Document): ParsedPart<Document>[] =>
    parts
      .filter((part) => part.kind === kind)
      .map((part) => ({ part, document: parser(part.text), locator: new Locator(part.id, part.text) }));

  const iptables = parse('iptables-save', parseIptablesSave);
  const addressParts = parts.filter((part) => part.kind === 'addresses');
  return {
    snapshot,
    iptables,
    rulesets: iptables.flatMap(splitRulesets),
    ipsets: parse('ipset-save', parseIpsetSave),
    ipvs: parse('ipvsadm-save', parseIpvsadmSave),
    ipvsStats: parse('ipvsadm-stats', parseIpvsadmStats),
    nftables: oncePerRuleset(parse('nft-text', parseNftText), parse('nft-json', parseNftJson)),
    addresses:
      addressParts.length === 0
        ? undefined
        : addressParts.flatMap((part) => parseAddresses(part.text, new Locator(part.id, part.text))),
  };
}

function hasContent(part: SnapshotPart): boolean {
  return part.status === 'complete' || part.status === 'partial';
}

/**
 * Dumps often hold one rule set in both of nft's forms. A complete one counts before one that was cut off, and then the
 * text, because its lines are what people read and because nft 1.0.6 leaves flags of sets and comments of tables out
 * of the JSON.
 */
function oncePerRuleset(texts: ParsedPart<NftDocument>[], jsons: ParsedPart<NftDocument>[]): ParsedPart<NftDocument>[] {
  const isComplete = ({ part }: ParsedPart<NftDocument>): boolean => part.status === 'complete';
  const both = [...texts, ...jsons];
  const seen = new Set<string>();
  return [...both.filter(isComplete), ...both.filter((each) => !isComplete(each))].filter((each) => {
    const tables = tablesOf(each);
    const isNew = !tables.some((table) => seen.has(table));
    if (isNew) for (const table of tables) seen.add(table);
    return isNew;
  });
}

function tablesOf({ document }: ParsedPart<NftDocument>): string[] {
  return document.ruleset.tables.map(({ family, name }) => `${family} ${name}`);
}
