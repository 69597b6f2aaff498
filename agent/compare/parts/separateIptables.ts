import type { IptablesRuleset, ParsedSnapshot } from '../../interpret/parsedSnapshot.ts';
import type { SnapshotPart } from '../../model/snapshot.ts';

/**
 * The parts that hold rules of iptables, each with those of one family and one backend: a file may hold the output of
 * several programs.
 */
export function separateIptables({ rulesets }: ParsedSnapshot): readonly SnapshotPart[] {
  return rulesets.map((ruleset, index) => separatePart(ruleset, rulesets, index));
}

function separatePart(ruleset: IptablesRuleset, all: readonly IptablesRuleset[], index: number): SnapshotPart {
  const { part, family, backend, dump, tables } = ruleset;
  if (all.every((other) => other === ruleset || other.part !== part)) return { ...part, family, backend };
  const own = new Set(tables.values());
  const text = dump.sections
    .filter(({ table }) => own.has(table))
    .map(({ span }) => `${dump.text.slice(span.start, span.end).trimEnd()}\n`)
    .join('');
  return { ...part, id: `${part.id} ${index}`, family, backend, text };
}
