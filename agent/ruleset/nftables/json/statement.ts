import type { Span } from '../../common/position.ts';
import type { NftMatchOperator, NftStatement, NftStatementBody } from '../statement.ts';
import { parseRuleStatements } from '../text/statement.ts';
import { convertElement, convertExpression, convertVerdict } from './expression.ts';
import {
  asNumber,
  asString,
  asStrings,
  formatJson,
  isRecord,
  type JsonRecord,
  onlyMember,
  parseJson,
} from './value.ts';

const matchOperators: ReadonlySet<string> = new Set<NftMatchOperator>(['==', '!=', '<', '>', '<=', '>=', 'in', '!']);

function isMatchOperator(operator: unknown): operator is NftMatchOperator {
  return typeof operator === 'string' && matchOperators.has(operator);
}

/** Reads one item of a rule's `expr`; what it does not know it keeps as source text. */
export function readStatement(text: string, span: Span): NftStatement {
  const source = text.slice(span.start, span.end);
  const value = parseJson(source);
  if (typeof value === 'string') return readTextStatement(value, span);
  const member = onlyMember(value);
  return { ...((member && convertStatement(member[0], member[1], span)) ?? { kind: 'unknown', source }), span };
}

/** Where nft has no JSON for a statement, it prints the text form as a string. */
function readTextStatement(source: string, span: Span): NftStatement {
  const [statement, ...others] = parseRuleStatements(source, { start: 0, end: source.length }, 'inet');
  return statement && others.length === 0 ? { ...statement, span } : { kind: 'unknown', source, span };
}

function convertStatement(key: string, body: unknown, span: Span): NftStatementBody | undefined {
  const verdict = convertVerdict(key, body);
  if (verdict) return { kind: 'verdict', verdict };
  switch (key) {
    case 'notrack':
      return { kind: 'notrack' };
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
      return reference(key, body);
    default:
      break;
  }
  if (typeof body === 'string') return convertReference(key, body);
  if (body === null) return convertObject(key, {}, span);
  return isRecord(body) ? convertObject(key, body, span) : undefined;
}

/** A statement that names an object: `{"counter": "name"}`. */
function convertReference(key: string, name: string): NftStatementBody | undefined {
  if (key === 'counter') return { kind: 'counter', name };
  return ['quota', 'limit', 'synproxy'].includes(key) ? reference(key, name) : undefined;
}

function reference(object: string, name: unknown): NftStatementBody | undefined {
  return typeof name === 'string' ? { kind: 'objectReference', object, name } : undefined;
}

function convertObject(key: string, body: JsonRecord, span: Span): NftStatementBody | undefined {
  switch (key) {
    case 'match': {
      const operator = body['op'];
      if (!isMatchOperator(operator)) return undefined;
      return { kind: 'match', operator, left: expression(body['left'], span), right: expression(body['right'], span) };
    }
    case 'vmap':
      return { kind: 'verdictMap', key: expression(body['key'], span), data: expression(body['data'], span) };
    case 'mangle':
      return { kind: 'mangle', key: expression(body['key'], span), value: expression(body['value'], span) };
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return { kind: 'nat', type: key, ...destination(body, span), flags: asStrings(body['flags']) };
    case 'tproxy':
      return { kind: 'tproxy', ...destination(body, span) };
    case 'reject': {
      const type = asString(body['type']);
      const code = asString(body['expr']);
      return { kind: 'reject', ...(type === undefined ? {} : { type }), ...(code === undefined ? {} : { code }) };
    }
    case 'counter': {
      const packets = asNumber(body['packets']);
      const bytes = asNumber(body['bytes']);
      return {
        kind: 'counter',
        ...(packets === undefined ? {} : { packets }),
        ...(bytes === undefined ? {} : { bytes }),
      };
    }
    case 'set':
    case 'map':
      return convertSetUpdate(body, span);
    case 'xt':
      return { kind: 'xtables', type: asString(body['type']) ?? '', name: asString(body['name']) ?? '' };
    case 'flow': {
      const flowtable = asString(body['flowtable']);
      return flowtable === undefined ? undefined : { kind: 'flowOffload', flowtable: withoutAt(flowtable) };
    }
    case 'queue': {
      const queue = body['num'] === undefined ? {} : { number: expression(body['num'], span) };
      return { kind: 'queue', ...queue, flags: asStrings(body['flags']) };
    }
    case 'dup':
    case 'fwd':
      return {
        kind: key === 'dup' ? 'duplicate' : 'forward',
        ...(body['addr'] === undefined ? {} : { address: expression(body['addr'], span) }),
        ...(body['dev'] === undefined ? {} : { device: expression(body['dev'], span) }),
      };
    default:
      return convertAccounting(key, body);
  }
}

/** Statements that count, limit or log. */
function convertAccounting(key: string, body: JsonRecord): NftStatementBody | undefined {
  const over = body['inv'] === true;
  switch (key) {
    case 'limit': {
      const rate = asNumber(body['rate']);
      if (rate === undefined) return undefined;
      const burst = asNumber(body['burst']);
      return {
        kind: 'limit',
        rate,
        unit: asString(body['rate_unit']) ?? 'packets',
        per: asString(body['per']) ?? 'second',
        ...(burst === undefined ? {} : { burst }),
        over,
      };
    }
    case 'quota': {
      const amount = asNumber(body['val']);
      if (amount === undefined) return undefined;
      return { kind: 'quota', amount, unit: asString(body['val_unit']) ?? 'bytes', over };
    }
    case 'ct count': {
      const count = asNumber(body['val']);
      return count === undefined ? undefined : { kind: 'ctCount', count, over };
    }
    case 'log': {
      const prefix = asString(body['prefix']);
      const level = asString(body['level']);
      const group = asNumber(body['group']);
      return {
        kind: 'log',
        ...(prefix === undefined ? {} : { prefix }),
        ...(level === undefined ? {} : { level }),
        ...(group === undefined ? {} : { group }),
        flags: asStrings(body['flags']),
      };
    }
    default:
      return undefined;
  }
}

/** `update @affinity { ip saddr }`; a map's update has `data` beside `elem`. */
function convertSetUpdate(body: JsonRecord, span: Span): NftStatementBody | undefined {
  const operation = body['op'];
  const set = asString(body['set']) ?? asString(body['map']);
  if (set === undefined || (operation !== 'add' && operation !== 'update' && operation !== 'delete')) return undefined;
  const data = body['data'] === undefined ? body['elem'] : [body['elem'], body['data']];
  const inner = Array.isArray(body['stmt']) ? body['stmt'] : [];
  return {
    kind: 'setUpdate',
    operation,
    set: withoutAt(set),
    element: convertElement(data, span),
    statements: inner.map((item) => {
      const member = onlyMember(item);
      const known = member && convertStatement(member[0], member[1], span);
      return { ...(known ?? { kind: 'unknown' as const, source: formatJson(item) }), span };
    }),
  };
}

function destination(body: JsonRecord, span: Span) {
  const family = asString(body['family']);
  return {
    ...(family === undefined ? {} : { family }),
    ...(body['addr'] === undefined ? {} : { address: expression(body['addr'], span) }),
    ...(body['port'] === undefined ? {} : { port: expression(body['port'], span) }),
  };
}

function expression(value: unknown, span: Span) {
  return convertExpression(value, span);
}

function withoutAt(name: string): string {
  return name.startsWith('@') ? name.slice(1) : name;
}
