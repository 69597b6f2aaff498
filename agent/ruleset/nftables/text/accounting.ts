import type { NftStatementBody } from '../statement.ts';
import { parseConstant } from './constant.ts';
import { parseExpression } from './expression.ts';
import type { NftTokenCursor } from './lexer.ts';

/** Reads statements that count, limit, log, queue or hand packets on; undefined when none of them stands here. */
export function parseAccounting(cursor: NftTokenCursor): NftStatementBody | undefined {
  switch (cursor.word()) {
    case 'counter':
      return parseCounter(cursor);
    case 'limit':
      return parseNamed(cursor, 'limit') ?? parseLimit(cursor);
    case 'quota':
      return parseNamed(cursor, 'quota') ?? parseQuota(cursor);
    case 'synproxy':
      return parseNamed(cursor, 'synproxy');
    case 'log':
      return parseLog(cursor);
    case 'queue':
      return parseQueue(cursor);
    case 'flow':
      return parseFlow(cursor);
    case 'ct':
      return cursor.word(1) === 'count' ? parseCtCount(cursor) : undefined;
    case 'dup':
    case 'fwd':
      return parseDuplicate(cursor);
    default:
      return undefined;
  }
}

/** `quota name "q"`. */
function parseNamed(cursor: NftTokenCursor, object: string): NftStatementBody | undefined {
  const name = cursor.peek(2);
  if (cursor.word(1) !== 'name' || !name) return undefined;
  cursor.index += 3;
  return { kind: 'objectReference', object, name: name.text };
}

function parseCounter(cursor: NftTokenCursor): NftStatementBody {
  cursor.index++;
  const name = cursor.word() === 'name' ? cursor.peek(1) : undefined;
  if (name) {
    cursor.index += 2;
    return { kind: 'counter', name: name.text };
  }
  const packets = cursor.accept('packets') ? cursor.integer() : undefined;
  const bytes = cursor.accept('bytes') ? cursor.integer() : undefined;
  return { kind: 'counter', ...(packets === undefined ? {} : { packets }), ...(bytes === undefined ? {} : { bytes }) };
}

/** `limit rate over 10/second burst 5 packets`, `limit rate 512 kbytes/second`. */
function parseLimit(cursor: NftTokenCursor): NftStatementBody | undefined {
  if (!cursor.accept('limit', 'rate')) return undefined;
  const over = cursor.accept('over');
  cursor.accept('until');
  const amount = cursor.integer();
  const [first, per] = (cursor.next()?.text ?? '').split('/');
  const rate = amount ?? (first === undefined ? Number.NaN : Number(first));
  if (per === undefined || !Number.isInteger(rate)) return undefined;
  const burst = cursor.accept('burst') ? cursor.integer() : undefined;
  if (burst !== undefined) cursor.index++;
  const unit = amount === undefined ? 'packets' : (first ?? 'packets');
  return { kind: 'limit', rate, unit, per, ...(burst === undefined ? {} : { burst }), over };
}

/** `quota over 10 mbytes used 0 bytes`. */
function parseQuota(cursor: NftTokenCursor): NftStatementBody | undefined {
  cursor.index++;
  const over = cursor.accept('over');
  cursor.accept('until');
  const amount = cursor.integer();
  const unit = cursor.next()?.text;
  if (amount === undefined || unit === undefined) return undefined;
  if (cursor.accept('used')) cursor.index += 2;
  return { kind: 'quota', amount, unit, over };
}

function parseCtCount(cursor: NftTokenCursor): NftStatementBody | undefined {
  cursor.index += 2;
  const over = cursor.accept('over');
  const count = cursor.integer();
  return count === undefined ? undefined : { kind: 'ctCount', count, over };
}

/** `log prefix "x" level debug flags tcp sequence,options flags all`, `log group 2 snaplen 64`. */
function parseLog(cursor: NftTokenCursor): NftStatementBody {
  cursor.index++;
  let prefix: string | undefined;
  let level: string | undefined;
  let group: number | undefined;
  const flags: string[] = [];
  for (;;) {
    if (cursor.accept('prefix')) prefix = cursor.next()?.text;
    else if (cursor.accept('level')) level = cursor.next()?.text;
    else if (cursor.accept('group')) group = cursor.integer();
    else if (cursor.accept('snaplen') || cursor.accept('queue-threshold')) cursor.index++;
    else if (cursor.accept('flags')) flags.push(...parseLogFlags(cursor));
    else break;
  }
  return {
    kind: 'log',
    ...(prefix === undefined ? {} : { prefix }),
    ...(level === undefined ? {} : { level }),
    ...(group === undefined ? {} : { group }),
    flags,
  };
}

/** `tcp sequence,options` becomes `tcp sequence` and `tcp options`, the names that JSON has for them. */
function parseLogFlags(cursor: NftTokenCursor): readonly string[] {
  const word = cursor.next()?.text ?? '';
  if (word !== 'tcp' && word !== 'ip') return [word];
  const flags: string[] = [];
  do flags.push(`${word} ${cursor.next()?.text ?? ''}`);
  while (cursor.accept(','));
  return flags;
}

/** `queue flags bypass,fanout to 1-3`, in older versions `queue num 1-3 bypass,fanout`. */
function parseQueue(cursor: NftTokenCursor): NftStatementBody {
  cursor.index++;
  const flags: string[] = [];
  const readFlags = (): void => {
    while (cursor.word() === 'bypass' || cursor.word() === 'fanout') {
      flags.push(cursor.next()?.text ?? '');
      cursor.accept(',');
    }
  };
  if (cursor.accept('flags')) readFlags();
  const hasNumber = cursor.accept('num') || cursor.accept('to');
  const word = hasNumber ? cursor.word() : undefined;
  const isConstant = word !== undefined && /^\d/.test(word);
  if (isConstant) cursor.index++;
  const number = isConstant ? parseConstant(word) : hasNumber ? parseExpression(cursor) : undefined;
  readFlags();
  return { kind: 'queue', ...(number === undefined ? {} : { number }), flags };
}

function parseFlow(cursor: NftTokenCursor): NftStatementBody | undefined {
  const flowtable = cursor.word(2);
  if (!['add', 'offload'].includes(cursor.word(1) ?? '') || !flowtable?.startsWith('@')) return undefined;
  cursor.index += 3;
  return { kind: 'flowOffload', flowtable: flowtable.slice(1) };
}

/** `dup to 10.0.0.1 device "eth0"`, `fwd to "eth0"`, `fwd ip to 10.0.0.1 device "eth0"`. */
function parseDuplicate(cursor: NftTokenCursor): NftStatementBody | undefined {
  const kind = cursor.next()?.text === 'dup' ? 'duplicate' : 'forward';
  const hasFamily = cursor.accept('ip') || cursor.accept('ip6');
  if (!cursor.accept('to')) return undefined;
  const target = parseExpression(cursor);
  if (!target) return undefined;
  if (kind === 'forward' && !hasFamily) return { kind, device: target };
  const device = cursor.accept('device') ? parseExpression(cursor) : undefined;
  return { kind, address: target, ...(device === undefined ? {} : { device }) };
}
