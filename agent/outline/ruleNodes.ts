import type { SourceLocation } from '../model/location.ts';
import type { Counters } from '../model/service.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import type { NodeSource } from './outlineNode.ts';
import { isAt } from './place.ts';
import type { SnapshotText } from './snapshotText.ts';

const iptablesCounters = /^\s*\[(\d+):(\d+)\]\s*/;
const nftCounters = /\bcounter packets (\d+) bytes (\d+)/;
const iptablesTarget = /(?:^|\s)(?:-j|-g|--jump|--goto)\s+(\S+)/;
const nftTarget = /\b(?:jump|goto)\s+([\w./-]+)/;

/** What stands at a location as one line of reasonable length to show; counters are shown on their own. */
function shownText(text: string): string {
  const line = text.replace(iptablesCounters, '').trim();
  return line.length > 2_000 ? `${line.slice(0, 2_000)}…` : line;
}

function countersOf(text: string): Counters | undefined {
  const match = iptablesCounters.exec(text) ?? nftCounters.exec(text);
  return match ? { packets: Number(match[1]), bytes: Number(match[2]) } : undefined;
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
      const target = (iptablesTarget.exec(rule) ?? nftTarget.exec(rule))?.[1];
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
