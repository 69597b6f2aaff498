import type { Fraction } from '../fraction.ts';

/**
 * How far the kernel's arithmetic is off at most: `statistic` compares 31 bits of chance, and each of a Service's
 * endpoints is one more of them.
 */
const tolerance = 1e-7;
const largestDenominator = 1000;

/** A probability as people write it: `1/3` where a simple fraction is as near as the kernel is, else `0.1234`. */
export function shareText(probability: Fraction): string {
  const { numerator, denominator } = probability;
  if (denominator <= 100_000n) return fraction(Number(numerator), Number(denominator));
  const value = probability.toNumber();
  const [over, under] = nearestFraction(value);
  if (Math.abs(value - over / under) <= tolerance * value) return fraction(over, under);
  return value >= 0.0001 ? String(Number(value.toFixed(4))) : value.toExponential(2);
}

function fraction(over: number, under: number): string {
  return under === 1 ? String(over) : `${over}/${under}`;
}

/** By continued fractions: of all with a denominator up to the largest one, as near as any. */
function nearestFraction(value: number): [over: number, under: number] {
  let [over, under, overBefore, underBefore] = [Math.floor(value), 1, 1, 0];
  let rest = value - Math.floor(value);
  while (rest > 1e-12) {
    const whole = Math.floor(1 / rest);
    rest = 1 / rest - whole;
    const [nextOver, nextUnder] = [whole * over + overBefore, whole * under + underBefore];
    if (nextUnder > largestDenominator) break;
    [over, under, overBefore, underBefore] = [nextOver, nextUnder, over, under];
    if (Math.abs(value - over / under) <= tolerance * value) break;
  }
  return [over, under];
}
