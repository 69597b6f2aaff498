/** A probability without rounding: the kernel's own are multiples of 1/2^31 or of 1/N. */
export class Fraction {
  static readonly one = new Fraction(1n, 1n);
  static readonly zero = new Fraction(0n, 1n);

  readonly numerator: bigint;
  readonly denominator: bigint;

  private constructor(numerator: bigint, denominator: bigint) {
    this.numerator = numerator;
    this.denominator = denominator;
  }

  /**
   * In lowest terms where both numbers are small. The long products of many chances stay as they are: their
   * denominators are mostly powers of two, and finding divisors would take most of the time that a trace takes.
   *
   * @param denominator greater than 0
   */
  static of(numerator: number | bigint, denominator: number | bigint): Fraction {
    const over = BigInt(numerator);
    const under = BigInt(denominator);
    if (under > largestReduced) return new Fraction(over, under);
    const divisor = BigInt(greatestDivisor(Number(over), Number(under)));
    return divisor === 1n ? new Fraction(over, under) : new Fraction(over / divisor, under / divisor);
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  times(other: Fraction): Fraction {
    if (this === Fraction.one) return other;
    if (other === Fraction.one) return this;
    return Fraction.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  plus(other: Fraction): Fraction {
    if (this.isZero) return other;
    const [large, small] = this.denominator >= other.denominator ? [this, other] : [other, this];
    if (large.denominator % small.denominator === 0n) {
      const scale = large.denominator / small.denominator;
      return Fraction.of(large.numerator + small.numerator * scale, large.denominator);
    }
    return Fraction.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  /** 1 minus this. */
  complement(): Fraction {
    return Fraction.of(this.denominator - this.numerator, this.denominator);
  }

  toNumber(): number {
    if (this.denominator <= largestReduced) return Number(this.numerator) / Number(this.denominator);
    // Both parts of a long product exceed what a double holds; the quotient of their heads does not.
    const excess = BigInt(Math.max(0, this.denominator.toString(16).length * 4 - 1000));
    return Number(this.numerator >> excess) / Number(this.denominator >> excess);
  }
}

const largestReduced = BigInt(Number.MAX_SAFE_INTEGER);

function greatestDivisor(first: number, second: number): number {
  let [a, b] = [first, second];
  while (b !== 0) [a, b] = [b, a % b];
  return a === 0 ? 1 : a;
}
