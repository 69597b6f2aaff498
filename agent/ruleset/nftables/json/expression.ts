import type { Span } from '../../common/position.ts';
import type { NftElement } from '../document.ts';
import type { NftExpression, NftVerdict } from '../expression.ts';
import { asNumber, asString, asStrings, formatJson, isRecord, type JsonRecord, onlyMember } from './value.ts';

/** Expressions nest a few levels; what nests deeper is damaged input, and must not exhaust the stack. */
const maximumDepth = 64;

const numeric = /^(?:0x[0-9a-f]+|\d+)$/i;

const binaryOperators: ReadonlySet<string> = new Set(['&', '|', '^', '<<', '>>']);

/** Makes a typed expression of libnftables JSON (libnftables-json(5)); what it does not know it keeps as source text. */
export function convertExpression(value: unknown, span: Span, depth = 0): NftExpression {
  const known = depth > maximumDepth ? undefined : convertKnown(value, span, depth + 1);
  return known ?? { kind: 'unknown', source: formatJson(value) };
}

/** An item of a set's `elem`, or a pair of key and data of a map's. */
export function convertElement(value: unknown, span: Span, depth = 0): NftElement {
  const [keyValue, dataValue] = Array.isArray(value) && value.length === 2 ? value : [value, undefined];
  const wrapped = isRecord(keyValue) && isRecord(keyValue['elem']) ? keyValue['elem'] : undefined;
  const counter = wrapped && isRecord(wrapped['counter']) ? wrapped['counter'] : undefined;
  const comment = asString(wrapped?.['comment']);
  const timeout = asNumber(wrapped?.['timeout']);
  const expires = asNumber(wrapped?.['expires']);
  const packets = asNumber(counter?.['packets']);
  const bytes = asNumber(counter?.['bytes']);
  return {
    key: convertExpression(wrapped ? wrapped['val'] : keyValue, span, depth),
    ...(dataValue === undefined ? {} : { data: convertExpression(dataValue, span, depth) }),
    ...(comment === undefined ? {} : { comment }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(expires === undefined ? {} : { expires }),
    ...(packets === undefined ? {} : { packets }),
    ...(bytes === undefined ? {} : { bytes }),
    span,
  };
}

/** A verdict statement such as `{"jump": {"target": "services"}}`. */
export function convertVerdict(key: string, value: unknown): NftVerdict | undefined {
  switch (key) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      return value === null ? { kind: key } : undefined;
    case 'jump':
    case 'goto': {
      const target = isRecord(value) ? asString(value['target']) : undefined;
      return target === undefined ? undefined : { kind: key, target };
    }
    default:
      return undefined;
  }
}

function convertKnown(value: unknown, span: Span, depth: number): NftExpression | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'value', value };
  if (typeof value === 'string') {
    if (value.startsWith('@')) return { kind: 'namedSet', name: value.slice(1) };
    // Some types (realms, for one) come as numbers in a string.
    return { kind: 'value', value: numeric.test(value) ? Number(value) : value };
  }
  if (Array.isArray(value)) return { kind: 'list', items: convertAll(value, span, depth) };
  const member = onlyMember(value);
  if (!member) return undefined;
  const [key, body] = member;
  const verdict = convertVerdict(key, body);
  if (verdict) return { kind: 'verdict', verdict };
  if (Array.isArray(body)) return convertArray(key, body, span, depth);
  return isRecord(body) ? convertObject(key, body, span, depth) : undefined;
}

function convertArray(key: string, body: readonly unknown[], span: Span, depth: number): NftExpression | undefined {
  if (key === 'concat') return { kind: 'concatenation', items: convertAll(body, span, depth) };
  if (key === 'set') return { kind: 'set', elements: body.map((item) => convertElement(item, span, depth)) };
  if (key === 'range' && body.length === 2) {
    return {
      kind: 'range',
      from: convertExpression(body[0], span, depth),
      to: convertExpression(body[1], span, depth),
    };
  }
  if (!binaryOperators.has(key) || body.length < 2) return undefined;
  // Versions before 1.0 print lists of flags so.
  if (key === '|' && asStrings(body).length === body.length) {
    return { kind: 'list', items: convertAll(body, span, depth) };
  }
  // Newer versions print `a | b | c` as one list.
  return body
    .map((item) => convertExpression(item, span, depth))
    .reduce((left, right) => ({ kind: 'binary', operator: key, left, right }));
}

function convertObject(key: string, body: JsonRecord, span: Span, depth: number): NftExpression | undefined {
  const name = asString(body['key']);
  switch (key) {
    case 'prefix':
      return convertPrefix(body);
    case 'payload':
      return convertPayload(body);
    case 'meta':
      return name === undefined ? undefined : { kind: 'meta', key: name };
    case 'rt':
    case 'socket':
      return name === undefined ? undefined : { kind: key, key: name };
    case 'ct': {
      const direction = asString(body['dir']);
      return name === undefined
        ? undefined
        : { kind: 'ct', key: name, ...(direction === undefined ? {} : { direction }) };
    }
    case 'fib': {
      const result = asString(body['result']);
      return result === undefined ? undefined : { kind: 'fib', result, flags: asStrings(body['flags']) };
    }
    case 'exthdr':
    case 'tcp option':
    case 'ip option':
    case 'sctp chunk':
      return convertHeader(key, body);
    case 'numgen': {
      const mode = asString(body['mode']);
      const modulus = asNumber(body['mod']);
      if (mode === undefined || modulus === undefined) return undefined;
      return { kind: 'numgen', mode, modulus, offset: asNumber(body['offset']) ?? 0 };
    }
    case 'jhash':
    case 'symhash':
      return convertHash(key, body, span, depth);
    case 'map':
      return {
        kind: 'map',
        key: convertExpression(body['key'], span, depth),
        data: convertExpression(body['data'], span, depth),
      };
    default:
      return undefined;
  }
}

function convertPrefix(body: JsonRecord): NftExpression | undefined {
  // Masked marks are prefixes too.
  const address = asString(body['addr']) ?? asNumber(body['addr'])?.toString();
  const length = asNumber(body['len']);
  return address === undefined || length === undefined ? undefined : { kind: 'prefix', address, length };
}

function convertPayload(body: JsonRecord): NftExpression | undefined {
  const protocol = asString(body['protocol']);
  const field = asString(body['field']);
  if (protocol !== undefined && field !== undefined) return { kind: 'payload', protocol, field };
  const base = asString(body['base']);
  const offset = asNumber(body['offset']);
  const length = asNumber(body['len']);
  if (base === undefined || offset === undefined || length === undefined) return undefined;
  return { kind: 'rawPayload', base, offset, length };
}

function convertHeader(
  header: 'exthdr' | 'tcp option' | 'ip option' | 'sctp chunk',
  body: JsonRecord,
): NftExpression | undefined {
  const name = asString(body['name']);
  const field = asString(body['field']);
  if (name === undefined) return undefined;
  return { kind: 'header', header, name, ...(field === undefined ? {} : { field }) };
}

function convertHash(
  algorithm: 'jhash' | 'symhash',
  body: JsonRecord,
  span: Span,
  depth: number,
): NftExpression | undefined {
  const modulus = asNumber(body['mod']);
  if (modulus === undefined) return undefined;
  const seed = asNumber(body['seed']);
  return {
    kind: 'hash',
    algorithm,
    modulus,
    offset: asNumber(body['offset']) ?? 0,
    ...(seed === undefined ? {} : { seed }),
    ...(body['expr'] === undefined ? {} : { input: convertExpression(body['expr'], span, depth) }),
  };
}

function convertAll(values: readonly unknown[], span: Span, depth: number): readonly NftExpression[] {
  return values.map((item) => convertExpression(item, span, depth));
}
