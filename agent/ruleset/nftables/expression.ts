import type { NftElement } from './document.ts';

export type NftVerdict =
  | { readonly kind: 'accept' | 'drop' | 'continue' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly target: string };

/** What a rule compares, computes or looks up; the same tree from JSON and from text. */
export type NftExpression =
  /** A constant: numbers in any base as number; addresses, names and quoted strings as string; `exists` as true. */
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  /** `10.244.0.0/16`; of marks and other numbers too, `0x10/28`, with the number in decimal as address. */
  | { readonly kind: 'prefix'; readonly address: string; readonly length: number }
  | { readonly kind: 'range'; readonly from: NftExpression; readonly to: NftExpression }
  /** `established,related`: any of these bits. */
  | { readonly kind: 'list'; readonly items: readonly NftExpression[] }
  /** An anonymous set or map, `{ 22, 80-90 }`. */
  | { readonly kind: 'set'; readonly elements: readonly NftElement[] }
  /** `@cluster-ips`. */
  | { readonly kind: 'namedSet'; readonly name: string }
  /** `ip daddr . meta l4proto . th dport`. */
  | { readonly kind: 'concatenation'; readonly items: readonly NftExpression[] }
  /** `ip daddr`, `tcp dport`, `th dport`. */
  | { readonly kind: 'payload'; readonly protocol: string; readonly field: string }
  /** `@th,16,16`; offset and length in bits. */
  | { readonly kind: 'rawPayload'; readonly base: string; readonly offset: number; readonly length: number }
  | { readonly kind: 'meta'; readonly key: string }
  | { readonly kind: 'ct'; readonly key: string; readonly direction?: string }
  /** `fib daddr . iif type`. */
  | { readonly kind: 'fib'; readonly result: string; readonly flags: readonly string[] }
  | { readonly kind: 'rt' | 'socket'; readonly key: string }
  /** `ip6` extension header, TCP option, IP option or SCTP chunk; without a field, whether it is there. */
  | {
      readonly kind: 'header';
      readonly header: 'exthdr' | 'tcp option' | 'ip option' | 'sctp chunk';
      readonly name: string;
      readonly field?: string;
    }
  | { readonly kind: 'numgen'; readonly mode: string; readonly modulus: number; readonly offset: number }
  | {
      readonly kind: 'hash';
      readonly algorithm: 'jhash' | 'symhash';
      readonly modulus: number;
      readonly offset: number;
      readonly seed?: number;
      readonly input?: NftExpression;
    }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: NftExpression; readonly right: NftExpression }
  /** `numgen random mod 2 map { 0 : 10.0.0.1 . 80 }`. */
  | { readonly kind: 'map'; readonly key: NftExpression; readonly data: NftExpression }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict }
  /** Not understood; the source text is kept. */
  | { readonly kind: 'unknown'; readonly source: string };
