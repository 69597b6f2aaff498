import type { NftVerdict } from '../expression.ts';
import type { NftTokenCursor } from './lexer.ts';

/** Reads `accept`, `drop`, `continue`, `return`, `jump CHAIN` or `goto CHAIN`; not `jump { RULES }`, a chain without name. */
export function parseVerdict(cursor: NftTokenCursor): NftVerdict | undefined {
  const word = cursor.word();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      cursor.index++;
      return { kind: word };
    case 'jump':
    case 'goto': {
      const target = cursor.peek(1);
      if (!target || cursor.word(1) === '{') return undefined;
      cursor.index += 2;
      return { kind: word, target: target.text };
    }
    default:
      return undefined;
  }
}
