import type { Span } from '../../agent/ruleset/common/position.ts';
import type { NftTable } from '../../agent/ruleset/nftables/document.ts';
import { parseNftText } from '../../agent/ruleset/nftables/parseText.ts';
import { findName, type NamePlaces, type RulesDocument, type RulesSymbol, touches } from './rulesDocument.ts';

/** Tables with chains, sets and maps, and the way from a jump, goto or `@set` to what it names. */
export function readNft(text: string): RulesDocument {
  const { ruleset, problems } = parseNftText(text);
  return {
    problems,
    symbols: () => ruleset.tables.map((table) => tableSymbol(text, table)),
    folds: () =>
      ruleset.tables
        .flatMap((table) => [table, ...table.chains, ...table.sets].map(({ span }) => span))
        .filter((span) => text.slice(span.start, span.end).includes('\n')),
    nameAt: (offset) => nameAt(text, ruleset.tables, offset),
  };
}

function tableSymbol(text: string, table: NftTable): RulesSymbol {
  const named = (
    kind: RulesSymbol['kind'],
    detail: string,
    { name, span }: { name: string; span: Span },
  ): RulesSymbol => ({
    name,
    detail,
    kind,
    span,
    nameSpan: findName(text, span, name),
    children: [],
  });
  const children = [
    ...table.chains.map((chain) => named('chain', chain.hook?.hook ?? '', chain)),
    ...table.sets.map((set) => named(set.kind, set.keyTypes.join(' . '), set)),
    ...[...table.flowtables, ...table.objects].map((object) => named('object', object.kind, object)),
  ].sort((left, right) => left.span.start - right.span.start);
  return { ...named('table', table.family, table), children };
}

function nameAt(text: string, tables: readonly NftTable[], offset: number): NamePlaces | undefined {
  const table = tables.find(({ span }) => touches(span, offset));
  const span = wordAt(text, offset);
  if (table === undefined || span.start === span.end) return undefined;
  const name = text.slice(span.start, span.end);
  const declared = [...table.chains, ...table.sets].filter((named) => named.name === name);
  if (declared.length === 0) return undefined;
  const declarations = declared.map((named) => findName(text, named.span, name));
  const body = text.slice(table.span.start, table.span.end);
  const references: Span[] = [];
  for (const match of body.matchAll(/(?:\b(?:jump|goto)\s+|@)([\w./-]+)/g)) {
    const [whole, word = ''] = match;
    const start = table.span.start + match.index + whole.length - word.length;
    if (word === name) references.push({ start, end: start + word.length });
  }
  const known = [...declarations, ...references].some((place) => place.start === span.start);
  return known ? { span, declarations, references } : undefined;
}

/** The word of a name's characters at an offset; empty when there is none. */
function wordAt(text: string, offset: number): Span {
  const isName = (at: number): boolean => /[\w./-]/.test(text[at] ?? ' ');
  let start = offset;
  let end = offset;
  while (start > 0 && isName(start - 1)) start--;
  while (isName(end)) end++;
  return { start, end };
}
