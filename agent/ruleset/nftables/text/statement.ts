import type { Span } from '../../common/position.ts';
import type { NftFamily } from '../document.ts';
import type { NftStatement, NftStatementBody } from '../statement.ts';
import { parseAccounting } from './accounting.ts';
import { parseElementTimes } from './element.ts';
import { maximumDepth, parseExpression } from './expression.ts';
import { lexNft, NftTokenCursor } from './lexer.ts';
import { parseMatchOrMangle } from './match.ts';
import { parseNat, parseTproxy } from './nat.ts';
import { parseVerdict } from './verdict.ts';

/** Words that begin a statement and nothing else, where reading goes on behind what is not understood. */
const statementStarts: ReadonlySet<string> = new Set([
  'accept', 'drop', 'continue', 'return', 'jump', 'goto', 'counter', 'log', 'limit', 'reject', 'dnat', 'snat',
  'masquerade', 'redirect', 'tproxy', 'notrack', 'queue', 'comment', 'meta', 'ct', 'ip', 'ip6', 'tcp', 'udp', 'xt',
]); // biome-ignore format: a table

/** Reads a rule's statements; what is not understood is kept as source text. The rule's comment is not among them. */
export function parseRuleStatements(text: string, { start, end }: Span, family: NftFamily): readonly NftStatement[] {
  return parseStatements(new NftTokenCursor(text, lexNft(text, start, end)), 0, family);
}

function parseStatements(cursor: NftTokenCursor, depth: number, family: NftFamily): readonly NftStatement[] {
  const statements: NftStatement[] = [];
  while (!cursor.done && !(depth > 0 && endsElement(cursor.word()))) {
    const start = cursor.index;
    if (cursor.word() === 'comment' && cursor.peek(1)?.quoted) {
      cursor.index += 2;
      continue;
    }
    const body = parseStatement(cursor, depth, family) ?? parseUnknown(cursor, start, depth > 0);
    statements.push({ ...body, span: cursor.spanFrom(start) });
  }
  return statements;
}

/** Within an element, a brace closes it and a colon leads to its data. */
function endsElement(word: string | undefined): boolean {
  return word === '}' || word === ':';
}

/**
 * Takes everything from `start` to the next word that begins a statement. What a parser has looked at in vain is taken
 * with it: looking at it again would make long nonsense take quadratic time.
 */
function parseUnknown(cursor: NftTokenCursor, start: number, isNested: boolean): NftStatementBody {
  const reached = cursor.index;
  let open = 0;
  for (cursor.index = start; !cursor.done; cursor.index++) {
    const word = cursor.word();
    if (word === '{') open++;
    else if (word === '}' && open > 0) open--;
    else if (word === '}' && isNested) break;
    else if (cursor.index > start && cursor.index >= reached && open === 0 && statementStarts.has(word ?? '')) break;
  }
  return { kind: 'unknown', source: cursor.sourceFrom(start) };
}

function parseStatement(cursor: NftTokenCursor, depth: number, family: NftFamily): NftStatementBody | undefined {
  const verdict = parseVerdict(cursor);
  if (verdict) return { kind: 'verdict', verdict };
  const word = cursor.word();
  switch (word) {
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return parseNat(cursor, word);
    case 'tproxy':
      return parseTproxy(cursor);
    case 'reject':
      return parseReject(cursor, family);
    case 'notrack':
      cursor.index++;
      return { kind: 'notrack' };
    case 'xt':
      return parseXtables(cursor);
    case 'add':
    case 'update':
    case 'delete':
      return parseSetUpdate(cursor, word, depth, family);
    default:
      return parseAccounting(cursor) ?? parseMatchOrMangle(cursor);
  }
}

/** What a plain `reject` sends; JSON says it in full. */
const defaultRejects: Readonly<Partial<Record<NftFamily, string>>> = { ip: 'icmp', ip6: 'icmpv6' };

/** `reject with icmp type host-prohibited`, `reject with icmpx admin-prohibited`, `reject with tcp reset`. */
function parseReject(cursor: NftTokenCursor, family: NftFamily): NftStatementBody | undefined {
  cursor.index++;
  if (!cursor.accept('with'))
    return { kind: 'reject', type: defaultRejects[family] ?? 'icmpx', code: 'port-unreachable' };
  if (cursor.accept('tcp', 'reset')) return { kind: 'reject', type: 'tcp reset' };
  const type = cursor.next()?.text;
  cursor.accept('type');
  const code = cursor.next()?.text;
  return type === undefined || code === undefined ? undefined : { kind: 'reject', type, code };
}

/** `xt match "comment"`, `xt target MARK`. */
function parseXtables(cursor: NftTokenCursor): NftStatementBody | undefined {
  const type = cursor.word(1);
  const name = cursor.peek(2);
  if (type === undefined || !name) return undefined;
  cursor.index += 3;
  return { kind: 'xtables', type, name: name.text };
}

/** `update @affinity { ip saddr timeout 3h limit rate 10/second : value }`. */
function parseSetUpdate(
  cursor: NftTokenCursor,
  operation: 'add' | 'update' | 'delete',
  depth: number,
  family: NftFamily,
): NftStatementBody | undefined {
  const set = cursor.word(1);
  if (!set?.startsWith('@') || cursor.word(2) !== '{' || depth > maximumDepth) return undefined;
  cursor.index += 3;
  const start = cursor.index;
  const key = parseExpression(cursor, depth);
  if (!key) return undefined;
  const times = parseElementTimes(cursor);
  const statements = parseStatements(cursor, depth + 1, family);
  const data = cursor.accept(':') ? parseExpression(cursor, depth) : undefined;
  const element = { key, ...times, ...(data === undefined ? {} : { data }), span: cursor.spanFrom(start) };
  if (!cursor.accept('}')) return undefined;
  return { kind: 'setUpdate', operation, set: set.slice(1), element, statements };
}
