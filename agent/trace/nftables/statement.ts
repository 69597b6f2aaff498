import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import { compileExpression } from './evaluate.ts';
import { compileMangle } from './mangle.ts';
import { compileMatch } from './match.ts';
import { compileReject } from './reject.ts';
import type { TableContext } from './tableContext.ts';
import { compileTranslation } from './translate.ts';
import { compileVerdictMap, nextOf } from './verdictMap.ts';
import { breaks, doubt, type Next, on, onlyWay, type StatementProgram, unknownEffect, type Way } from './way.ts';

/** What a statement does (nft(8), STATEMENTS). */
export function compileStatement(statement: NftStatement, context: TableContext): StatementProgram {
  switch (statement.kind) {
    case 'match':
      return compileMatch(statement, context);
    case 'verdict':
      return fixed(nextOf(statement.verdict));
    case 'verdictMap':
      return compileVerdictMap(statement, context);
    case 'nat':
      return compileTranslation(statement, context);
    case 'reject':
      return compileReject(statement);
    case 'mangle':
      return compileMangle(statement, context);
    case 'setUpdate':
      return compileSetUpdate(statement, context);
    case 'counter':
    case 'log':
      return fixed(on);
    case 'limit':
    case 'quota':
    case 'ctCount':
      return fixed(doubt);
    case 'objectReference':
      return fixed(referenceNext(statement.object));
    case 'flowOffload': {
      const effects = [{ kind: 'set', field: 'flowtable', to: statement.flowtable }] as const;
      return (packet) => onlyWay(packet, on, effects);
    }
    case 'notrack':
      return (packet) => untrack(packet, context);
    case 'xtables':
      return fixed(xtablesNext(statement.type, statement.name));
    case 'queue':
    case 'tproxy':
    case 'duplicate':
    case 'forward':
      return fixed(unknownEffect);
    case 'unknown':
      return fixed({ kind: 'unknown', mayBeCondition: true });
  }
}

function fixed(next: Next): StatementProgram {
  return (packet) => onlyWay(packet, next);
}

/** Named limits and quotas are conditions; connections get their helpers and timeouts without more. */
function referenceNext(object: string): Next {
  if (object.startsWith('ct ') || object === 'counter') return on;
  return object === 'limit' || object === 'quota' ? doubt : unknownEffect;
}

function xtablesNext(type: string, name: string): Next {
  if (type === 'match') return name === 'comment' ? on : doubt;
  return name === 'LOG' || name === 'NFLOG' ? on : unknownEffect;
}

/** What a set remembers counts for later packets; its own limits count for this one (net/netfilter/nft_dynset.c). */
function compileSetUpdate(
  { element, statements }: Extract<NftStatement, { kind: 'setUpdate' }>,
  context: TableContext,
): StatementProgram {
  const key = compileExpression(element.key, context);
  const next = statements.every(({ kind }) => kind === 'counter') ? on : doubt;
  return (packet, surroundings) =>
    key(packet, surroundings).map(({ probability, value }) => ({
      probability,
      packet,
      effects: [],
      next: value === 'break' ? breaks : next,
    }));
}

/** Only what is not tracked yet can stay so (nft_notrack_eval). */
function untrack(packet: TracedPacket, context: TableContext): readonly Way[] {
  if (context.isTracked(packet)) return onlyWay(packet, on);
  const connection = { ...packet.connection, state: 'untracked' } as const;
  return onlyWay({ ...packet, connection }, on, [{ kind: 'set', field: 'connection', to: 'untracked' }]);
}
