import type { Span } from '../common/position.ts';
import type { NftElement } from './document.ts';
import type { NftExpression, NftVerdict } from './expression.ts';

/** One statement of a rule with its place in the text. */
export type NftStatement = NftStatementBody & { readonly span: Span };

export type NftMatchOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | '!';

export type NftStatementBody =
  /**
   * `in` asks whether any of the bits is set, as in `ct state new`, and `!` whether none is; `==` with a set or named set
   * is a lookup.
   */
  | {
      readonly kind: 'match';
      readonly operator: NftMatchOperator;
      readonly left: NftExpression;
      readonly right: NftExpression;
    }
  | { readonly kind: 'verdict'; readonly verdict: NftVerdict }
  /** `KEY vmap @map` or `KEY vmap { ... }`. */
  | { readonly kind: 'verdictMap'; readonly key: NftExpression; readonly data: NftExpression }
  /** `dnat ip to 10.0.0.1:80`. When `address` is a concatenation or a map to one, its second part is the port. */
  | {
      readonly kind: 'nat';
      readonly type: 'dnat' | 'snat' | 'masquerade' | 'redirect';
      readonly family?: string;
      readonly address?: NftExpression;
      readonly port?: NftExpression;
      /** `random`, `fully-random`, `persistent`, `netmap`. */
      readonly flags: readonly string[];
    }
  /** `icmp`, `icmpv6` or `icmpx` (by the packet's family) with a code such as `port-unreachable`, or `tcp reset`. */
  | { readonly kind: 'reject'; readonly type?: string; readonly code?: string }
  /** `meta mark set ...`, `ct mark set ...`, `ip dscp set ...`. */
  | { readonly kind: 'mangle'; readonly key: NftExpression; readonly value: NftExpression }
  /** An inline counter with its values, or a named one. */
  | { readonly kind: 'counter'; readonly packets?: number; readonly bytes?: number; readonly name?: string }
  /** `update @affinity { ip saddr timeout 3h }`, `add`, `delete`; on maps also with data. */
  | {
      readonly kind: 'setUpdate';
      readonly operation: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly element: NftElement;
      /** Statements that each element holds, such as its own limit or counter. */
      readonly statements: readonly NftStatement[];
    }
  /** `ct helper set "ftp"`, `quota name "q"`, `limit name "l"`, `synproxy name "s"`, `ct timeout set`, `ct expectation set`. */
  | { readonly kind: 'objectReference'; readonly object: string; readonly name: string }
  | {
      readonly kind: 'limit';
      readonly rate: number;
      /** `packets` or a unit of bytes such as `kbytes`. */
      readonly unit: string;
      /** `second`, `minute`, `hour`, `day`, `week`. */
      readonly per: string;
      /** Missing when the text does not say it; nft then means 5 packets. */
      readonly burst?: number;
      /** True for `over`: matches what exceeds the rate. */
      readonly over: boolean;
    }
  | {
      readonly kind: 'log';
      readonly prefix?: string;
      readonly level?: string;
      readonly group?: number;
      readonly flags: readonly string[];
    }
  | { readonly kind: 'queue'; readonly number?: NftExpression; readonly flags: readonly string[] }
  | {
      readonly kind: 'tproxy';
      readonly family?: string;
      readonly address?: NftExpression;
      readonly port?: NftExpression;
    }
  | { readonly kind: 'quota'; readonly amount: number; readonly unit: string; readonly over: boolean }
  | { readonly kind: 'ctCount'; readonly count: number; readonly over: boolean }
  | { readonly kind: 'flowOffload'; readonly flowtable: string }
  | { readonly kind: 'duplicate' | 'forward'; readonly address?: NftExpression; readonly device?: NftExpression }
  | { readonly kind: 'notrack' }
  /** A match or target of iptables that nft cannot translate: it prints only its type and name. */
  | { readonly kind: 'xtables'; readonly type: string; readonly name: string }
  /** Not understood; the source text is kept. */
  | { readonly kind: 'unknown'; readonly source: string };
