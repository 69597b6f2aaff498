import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import type { NftDocument } from './document.ts';

/**
 * Every statement and element of which something was kept as source text without being understood. Apart from a
 * document's own problems, because it reads every rule in full, which takes about as long as parsing did.
 */
export function* unknownNftParts(document: NftDocument): IterableIterator<RulesetProblem> {
  for (const table of document.ruleset.tables) {
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        for (const statement of rule.statements()) yield* problemsOf(statement, statement.span);
      }
    }
    for (const set of table.sets) {
      for (const element of set.elements()) yield* problemsOf(element, element.span);
    }
  }
}

function* problemsOf(part: object, span: Span): IterableIterator<RulesetProblem> {
  const source = findUnknown(part);
  if (source === undefined) return;
  yield {
    code: 'nft-part-not-understood',
    severity: 'warning',
    message: `"${source}" is kept as it stands; what it does is not known.`,
    args: { source },
    span,
  };
}

/** The source of the first part that is not understood; depth is bounded by what the parsers build. */
function findUnknown(part: object): string | undefined {
  if ('kind' in part && part.kind === 'unknown' && 'source' in part) return String(part.source);
  for (const inner of Object.values(part)) {
    const found = typeof inner === 'object' && inner !== null ? findUnknown(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
