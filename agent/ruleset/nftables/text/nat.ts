import { isIP } from 'node:net';
import type { NftExpression } from '../expression.ts';
import type { NftStatementBody } from '../statement.ts';
import { parseConstant } from './constant.ts';
import { parseExpression } from './expression.ts';
import type { NftTokenCursor } from './lexer.ts';

const natFlags: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);

interface Destination {
  readonly address?: NftExpression;
  readonly port?: NftExpression;
}

/** `dnat [ip|ip6] [prefix] to ADDRESS[:PORT] [flags]`, `masquerade [to :PORT] [flags]`, `redirect to :PORT`. */
export function parseNat(
  cursor: NftTokenCursor,
  type: 'dnat' | 'snat' | 'masquerade' | 'redirect',
): NftStatementBody | undefined {
  cursor.index++;
  const family = parseFamily(cursor);
  const flags = cursor.accept('prefix') ? ['netmap'] : [];
  cursor.accept('interval');
  const destination = cursor.accept('to') ? parseDestination(cursor) : {};
  if (!destination) return undefined;
  for (let word = cursor.word(); word !== undefined && natFlags.has(word); word = cursor.word()) {
    flags.push(word);
    cursor.index++;
    cursor.accept(',');
  }
  return { kind: 'nat', type, ...family, ...destination, flags };
}

/** `tproxy [ip|ip6] to ADDRESS[:PORT]`. */
export function parseTproxy(cursor: NftTokenCursor): NftStatementBody | undefined {
  cursor.index++;
  const family = parseFamily(cursor);
  const destination = cursor.accept('to') ? parseDestination(cursor) : undefined;
  return destination && { kind: 'tproxy', ...family, ...destination };
}

function parseFamily(cursor: NftTokenCursor): { readonly family?: string } {
  const word = cursor.word();
  // `dnat ip saddr map ...` of old versions has no `to`: there the word belongs to the expression.
  const isFamily = (word === 'ip' || word === 'ip6') && ['to', 'prefix', 'interval'].includes(cursor.word(1) ?? '');
  if (!isFamily) return {};
  cursor.index++;
  return { family: word };
}

function parseDestination(cursor: NftTokenCursor): Destination | undefined {
  const word = cursor.word();
  if (word === undefined) return undefined;
  const constant = parseAddressAndPort(word);
  if (constant) {
    cursor.index++;
    return constant;
  }
  const address = parseExpression(cursor);
  if (!address) return undefined;
  if (!cursor.accept(':')) return { address };
  const port = parseExpression(cursor);
  return port && { address, port };
}

/** `10.0.0.1:80`, `[fd00::1]:80-90`, `10.0.0.1-10.0.0.9`, `10.0.0.0/24:80`, `:8080`, `fd00::1`. */
function parseAddressAndPort(word: string): Destination | undefined {
  const match = /^(?:\[([^\]]+)\]|([\d.]+(?:\/\d+|-[\d.]+)?))?(?::(\d+(?:-\d+)?))?$/.exec(word);
  if (!match) return isAddressLike(word) ? { address: parseConstant(word) } : undefined;
  const address = match[1] ?? match[2];
  const port = match[3];
  if (address !== undefined && !isAddressLike(address)) return undefined;
  return {
    ...(address === undefined ? {} : { address: parseConstant(address) }),
    ...(port === undefined ? {} : { port: parseConstant(port) }),
  };
}

function isAddressLike(word: string): boolean {
  const expression = parseConstant(word);
  if (expression.kind === 'prefix') return true;
  if (expression.kind === 'range') return expression.from.kind === 'value' && isIP(String(expression.from.value)) !== 0;
  return isIP(word) !== 0;
}
