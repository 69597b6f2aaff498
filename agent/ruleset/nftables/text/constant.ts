import { isIP } from 'node:net';
import type { NftExpression } from '../expression.ts';

const integer = /^(?:0x[0-9a-f]+|\d+)$/i;
const numberRange = /^(0x[0-9a-f]+|\d+)-(0x[0-9a-f]+|\d+)$/i;
const numberPrefix = /^(0x[0-9a-f]+|\d+)\/(\d{1,3})$/i;
const durationUnit = /(\d+)(ms|[wdhms])/g;
const duration = /^(?:\d+(?:ms|[wdhms]))+$/;

const millisecondsPerUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A constant that stands as one word: a number, `80-90`, an address, `10.0.0.0/8`, `0x10/28`, `10.0.0.1-10.0.0.9`, a name. */
export function parseConstant(word: string): NftExpression {
  if (integer.test(word)) return { kind: 'value', value: Number(word) };
  const numbers = numberRange.exec(word);
  if (numbers) return { kind: 'range', from: parseConstant(numbers[1] ?? ''), to: parseConstant(numbers[2] ?? '') };
  const slash = word.indexOf('/');
  if (slash !== -1 && isIP(word.slice(0, slash)) !== 0 && /^\d{1,3}$/.test(word.slice(slash + 1))) {
    return { kind: 'prefix', address: word.slice(0, slash), length: Number(word.slice(slash + 1)) };
  }
  const bits = numberPrefix.exec(word);
  if (bits) return { kind: 'prefix', address: String(Number(bits[1])), length: Number(bits[2]) };
  const dash = word.indexOf('-');
  if (dash !== -1 && isIP(word.slice(0, dash)) !== 0 && isIP(word.slice(dash + 1)) !== 0) {
    return { kind: 'range', from: text(word.slice(0, dash)), to: text(word.slice(dash + 1)) };
  }
  return text(word);
}

/** Seconds of `1h`, `59m59s988ms` or `300`, rounded down as nft does in JSON; undefined for anything else. */
export function parseDuration(word: string): number | undefined {
  if (/^\d+$/.test(word)) return Number(word);
  if (!duration.test(word)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit] of word.matchAll(durationUnit)) {
    milliseconds += Number(amount) * (millisecondsPerUnit[unit ?? ''] ?? 0);
  }
  return Math.floor(milliseconds / 1000);
}

function text(value: string): NftExpression {
  return { kind: 'value', value };
}
