/** What the kernel counts a probability of 1 as (`xt_statistic_info.u.random.probability` has 31 bits after the point). */
const whole = 2n ** 31n;
/** Digits after the point that iptables-save prints (`%.11f` in libxt_statistic.c). */
const printedDigits = 11;

const printed: string[] = [];

/**
 * The probability 1/n as iptables-save prints it after kube-proxy wrote it with ten digits: the kernel's nearest number.
 * 0.3333333333 comes back as 0.33333333349.
 *
 * @param n 2 or more
 */
export function printedProbability(n: number): string {
  const known = printed[n];
  if (known !== undefined) return known;
  const kept = BigInt(Math.round(Number((1 / n).toFixed(10)) * Number(whole)));
  const text = `0.${divideToEven(kept * 10n ** BigInt(printedDigits), whole)
    .toString()
    .padStart(printedDigits, '0')}`;
  printed[n] = text;
  return text;
}

/** The nearest integer to a quotient, the even one in the middle, as printf rounds. */
function divideToEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  return twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
}
