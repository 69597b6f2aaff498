import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';

/** Denominators up to this are shown as fractions: 1/3 says more than 33.3%. */
const largestDenominator = 64;
/** iptables writes probabilities with 31 bits, so that 1/3 is not exactly that in it. */
const tolerance = 1e-6;

/** A part of the packets: `1/3` where it is a simple fraction, `33.3%` otherwise. */
export function shareWords(share: number, { numbers }: Pick<PresentationContext, 'numbers'>): string {
  for (let denominator = 1; denominator <= largestDenominator; denominator++) {
    const numerator = Math.round(share * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator - share) < tolerance) {
      return denominator === 1 ? String(numerator) : `${numerator}/${denominator}`;
    }
  }
  return numbers.percent(share);
}
