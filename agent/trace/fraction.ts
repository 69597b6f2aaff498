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

  /** @param denominator greater than 0 */
  static of(numerator: number | bigint, denominator: number | bigint): Fraction {
    const over = BigInt(numerator);
    const under = BigInt(denominator);
    const divisor = greatestDivisor(over, under);
    return new Fraction(over / divisor, under / divisor);
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
    return Fraction.of(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  /** 1 minus this. */
  complement(): Fraction {
    return new Fraction(this.denominator - this.numerator, this.denominator);
  }

  toNumber(): number {
    // Both parts of a long product exceed what a double holds; the quotient of their heads does not.
    const excess = BigInt(Math.max(0, this.denominator.toString(2).length - 1000));
    return Number(this.numerator >> excess) / Number(this.denominator >> excess);
  }
}

function greatestDivisor(first: bigint, second: bigint): bigint {
  let [a, b] = [first, second];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
