import type { Span } from '../../agent/ruleset/common/position.ts';
import type { IpsetSet } from '../../agent/ruleset/ipset/document.ts';
import { parseIpsetSave } from '../../agent/ruleset/ipset/parse.ts';
import { findName, type NamePlaces, type RulesDocument, type RulesSymbol, touches } from './rulesDocument.ts';

/** Sets, and the way from an entry to its set. */
export function readIpset(text: string): RulesDocument {
  const dump = parseIpsetSave(text);
  return {
    problems: dump.problems,
    symbols: () => dump.sets.map((set) => setSymbol(text, set)),
    folds: () => dump.sets.map((set) => extent(set)).filter((span) => text.slice(span.start, span.end).includes('\n')),
    nameAt: (offset) => nameAt(text, dump.sets, offset),
  };
}

function setSymbol(text: string, set: IpsetSet): RulesSymbol {
  const span = extent(set);
  return {
    name: set.name,
    detail: set.definition?.type ?? '',
    kind: 'set',
    span,
    nameSpan: set.definition?.nameSpan ?? findName(text, span, set.name),
    children: [],
  };
}

/** From the set's definition to its last entry: `ipset save` prints the entries of a set together. */
function extent(set: IpsetSet): Span {
  const first = set.definition?.span ?? set.entry(0)?.span ?? { start: 0, end: 0 };
  const last = set.entryCount === 0 ? first : (set.entry(set.entryCount - 1)?.span ?? first);
  return { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

function nameAt(text: string, sets: readonly IpsetSet[], offset: number): NamePlaces | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? text.length : end);
  const words = /^(\s*\S+\s+)(\S+)/.exec(line);
  const [, before = '', word = ''] = words ?? [];
  const span = { start: start + before.length, end: start + before.length + word.length };
  const set = touches(span, offset) ? sets.find(({ name }) => name === word) : undefined;
  if (set === undefined) return undefined;
  const references: Span[] = [];
  for (const entry of set.entries()) references.push(findName(text, entry.span, set.name));
  return { span, declarations: set.definition === undefined ? [] : [set.definition.nameSpan], references };
}
