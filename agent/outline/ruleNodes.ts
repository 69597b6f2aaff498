import type { SourceLocation } from '../model/location.ts';
import type { Counters } from '../model/service.ts';
import { parseRule } from '../ruleset/iptables/parseRule.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import type { NodeSource } from './outlineNode.ts';
import { isAt } from './place.ts';
import type { SnapshotText } from './snapshotText.ts';

const iptablesCounters = /^\s*\[(\d+):(\d+)\]\s*/;
const nftCounters = /\bcounter packets (\d+) bytes (\d+)/;
const nftTarget = /\b(?:jump|goto)\s+([\w./-]+)/;
/** nft quotes what people and programs say: comments, log prefixes, interfaces. */
const nftQuoted = /"[^"]*"/g;

/** What stands at a location as one line of reasonable length to show; counters are shown on their own. */
function shownText(text: string): string {
  const line = text.replace(iptablesCounters, '').trim();
  return line.length > 2_000 ? `${line.slice(0, 2_000)}…` : line;
}

function countersOf(text: string): Counters | undefined {
  const match = iptablesCounters.exec(text) ?? nftCounters.exec(text.replace(nftQuoted, ''));
  return match ? { packets: Number(match[1]), bytes: Number(match[2]) } : undefined;
}

/** Where packets that match go. The words of a comment are no target, whatever they say. */
function targetOf(rule: string, isIptables: boolean): string | undefined {
  return isIptables
    ? parseRule(rule, 0, { start: 0, end: rule.length }).target?.name
    : nftTarget.exec(rule.replace(nftQuoted, ''))?.[1];
}

/** A rule as it stands in the dump. */
export function ruleSource(
  location: SourceLocation,
  text: SnapshotText,
  document: (target?: SourceLocation) => OutlineDocument,
): NodeSource {
  return {
    facts: () => {
      const rule = text.at(location);
      const target = targetOf(rule, text.part(location.part)?.kind === 'iptables-save');
      return { kind: 'rule', text: shownText(rule), ...(target !== undefined && { target }) };
    },
    location,
    counters: () => countersOf(text.at(location)),
    childCount: () => 0,
    searchText: () => text.at(location).toLowerCase(),
    holds: (place) => isAt(place, location),
    document: () => document(location),
  };
}
