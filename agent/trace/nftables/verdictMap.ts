import type { TraceEffect } from '../../model/packetTrace.ts';
import type { NftVerdict } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { RuleVerdict } from '../ruleProgram.ts';
import { compileExpression } from './evaluate.ts';
import { elementText } from './expressionText.ts';
import { expressionTypes } from './expressionType.ts';
import { verdictOf } from './lookupSet.ts';
import type { TableContext } from './tableContext.ts';
import { breaks, type Next, on, onlyWay, type StatementProgram, unknownEffect, type Way } from './way.ts';

/** What a verdict of nft leads to. */
export function nextOf(verdict: NftVerdict): Next {
  switch (verdict.kind) {
    case 'continue':
      return on;
    case 'jump':
    case 'goto':
      return { kind: 'verdict', verdict: { kind: verdict.kind, chain: verdict.target } };
    default:
      return { kind: 'verdict', verdict: { kind: verdict.kind } satisfies RuleVerdict };
  }
}

/** `KEY vmap @map`: a key that the map does not have ends the rule (net/netfilter/nft_lookup.c). */
export function compileVerdictMap(
  { key, data }: Extract<NftStatement, { kind: 'verdictMap' }>,
  context: TableContext,
): StatementProgram {
  const evaluate = compileExpression(key, context);
  const lookup = context.lookup(data, expressionTypes(key));
  if (!lookup) return (packet) => onlyWay(packet, unknownEffect);
  const { name } = lookup;
  return (packet, surroundings) => {
    // Several values of a chance can lead to one element: a range.
    const ways = new Map<unknown, Way>();
    for (const { probability, value } of evaluate(packet, surroundings)) {
      const found = value === 'break' ? 'missing' : lookup.find(value);
      const same = ways.get(found);
      if (same) {
        ways.set(found, { ...same, probability: same.probability.plus(probability) });
        continue;
      }
      const element = typeof found === 'object' ? found : undefined;
      const verdict = element && verdictOf(element);
      const effects: readonly TraceEffect[] =
        element && name !== undefined ? [{ kind: 'lookup', set: name, found: elementText(element.element) }] : [];
      const next = verdict ? nextOf(verdict) : found === 'missing' ? breaks : unknownEffect;
      ways.set(found, { probability, packet, effects, next });
    }
    return [...ways.values()];
  };
}
