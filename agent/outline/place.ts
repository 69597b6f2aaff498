import type { SourceLocation } from '../model/location.ts';
import type { SnapshotText } from './snapshotText.ts';

/** A line of a part, with the chain, set or map that it belongs to as far as its text tells. */
export interface Place {
  readonly part: string;
  readonly line: number;
  /** Set where the line alone does not tell: nft prints all its JSON on one. */
  readonly column?: number | undefined;
  readonly block?: Block | undefined;
}

export interface Block {
  /** Empty where the language has no tables, or the text does not tell. */
  readonly table: string;
  readonly name: string;
}

/** How far up a line is looked for the beginning of the chain that it stands in. */
const maxLinesUp = 20_000;

/**
 * Finds out what a line belongs to.
 *
 * @returns undefined when the line holds many rules and `column` does not say which one
 */
export function placeAt(part: string, line: number, text: SnapshotText, column?: number): Place | undefined {
  const kind = text.part(part)?.kind;
  const content = text.line(part, line);
  const place = { part, line };
  switch (kind) {
    case 'iptables-save': {
      const name = /^(?:\[\d+:\d+\] )?(?::|-A |-I )(\S+)/.exec(content)?.[1];
      return name === undefined ? place : { ...place, block: { table: text.iptablesTable(part, line), name } };
    }
    case 'ipset-save': {
      const name = /^\s*(?:create|add) (\S+)/.exec(content)?.[1];
      return name === undefined ? place : { ...place, block: { table: '', name } };
    }
    case 'nft-text':
      return { ...place, block: nftBlock(part, line, text) };
    case 'nft-json':
      return column === undefined ? undefined : { ...place, column };
    default:
      return place;
  }
}

/** The chain, set or map around a line of `nft list ruleset`, which indents their headings by one tab. */
function nftBlock(part: string, line: number, text: SnapshotText): Block | undefined {
  for (let at = line; at >= Math.max(0, line - maxLinesUp); at--) {
    const content = text.line(part, at);
    const name = /^\s+(?:chain|set|map) (\S+) \{/.exec(content)?.[1];
    if (name !== undefined) return { table: '', name };
    if (at < line && /^(?:table |\s?\})/.test(content)) return undefined;
  }
  return undefined;
}

/** Whether a location is the place. */
export function isAt(place: Place, location: SourceLocation | undefined): boolean {
  if (location?.part !== place.part || location.line !== place.line) return false;
  return place.column === undefined || location.column === place.column;
}

/** Whether the place belongs to the chain, set or map with that name in the part of `location`. */
export function isInBlock(place: Place, location: SourceLocation, table: string, name: string): boolean {
  const { block } = place;
  if (block === undefined || location.part !== place.part || block.name !== name) return false;
  return block.table === '' || block.table === table;
}
