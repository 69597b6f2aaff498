import type { NftFamily } from '../document.ts';

/** Names of priorities (nft(8), "Standard priority names"); the bridge family has its own values. */
const standard: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};
const bridge: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/** The number that `filter`, `dstnat - 10`, `srcnat + 5` or `-500` stands for. */
export function parsePriority(family: NftFamily, words: readonly string[]): number | undefined {
  const [base, sign, offset] = words;
  if (base === undefined) return undefined;
  if (/^-?\d+$/.test(base)) return Number(base);
  const named = (family === 'bridge' ? bridge : standard)[base];
  if (named === undefined || sign === undefined || offset === undefined || !/^\d+$/.test(offset)) return named;
  if (sign === '+') return named + Number(offset);
  return sign === '-' ? named - Number(offset) : named;
}
