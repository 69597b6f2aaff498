import { isScalar, type Part, type PartialBits } from './value.ts';

const allBits = 0xffffffff;

/** The result of `&`, `|`, `^`, `<<` or `>>` (net/netfilter/nft_bitwise.c) as far as its operands are known. */
export function bitwise(operator: string, left: Part, right: Part): Part {
  if (!isScalar(right) || typeof right === 'string' || typeof left === 'string') return undefined;
  if (typeof left === 'bigint' || typeof right === 'bigint') return wide(operator, left, right);
  const { bits, known } = partly(left);
  switch (operator) {
    case '&':
      return whole({ bits: bits & right, known: known | ~right });
    case '|':
      return whole({ bits: bits | right, known: known | right });
    case '^':
      return whole({ bits: bits ^ right, known });
    case '<<':
      return typeof left === 'number' ? (left << right) >>> 0 : undefined;
    case '>>':
      return typeof left === 'number' ? left >>> right : undefined;
    default:
      return undefined;
  }
}

/** Whether any bit of `mask` is set; undefined where that is not known. */
export function hasAny(part: Part, mask: number): boolean | undefined {
  if (typeof part === 'bigint' || typeof part === 'string') return undefined;
  const { bits, known } = partly(part);
  if ((bits & known & mask) !== 0) return true;
  return (mask & ~known) === 0 ? false : undefined;
}

function partly(part: number | PartialBits | undefined): PartialBits {
  if (part === undefined) return { bits: 0, known: 0 };
  return typeof part === 'number' ? { bits: part, known: allBits } : part;
}

function whole({ bits, known }: PartialBits): Part {
  const certain = known >>> 0;
  return certain === allBits ? bits >>> 0 : { bits: (bits & certain) >>> 0, known: certain };
}

/** Of IPv6 addresses. */
function wide(operator: string, left: Part, right: number | bigint): Part {
  if (!isScalar(left) || typeof left === 'string') return undefined;
  const [a, b] = [BigInt(left), BigInt(right)];
  switch (operator) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return undefined;
  }
}
