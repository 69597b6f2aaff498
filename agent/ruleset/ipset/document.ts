import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';

/** What `ipset save` prints, or `ipset restore` reads. The text is kept, so that nothing of it can be lost. */
export interface IpsetDump {
  readonly text: string;
  /** Every set that a `create` line makes, or whose entries are added without one, in order of appearance. */
  readonly sets: readonly IpsetSet[];
  /** Every command that is not `create` or `add`, in order: `flush`, `destroy`, `swap`, `rename`, `del`, unknown ones. */
  readonly commands: readonly IpsetCommand[];
  readonly problems: readonly RulesetProblem[];
}

/** One set with its entries. */
export interface IpsetSet {
  readonly name: string;
  /** The `create` line; missing when the dump only adds entries to a set that exists elsewhere. */
  readonly definition?: IpsetDefinition;
  readonly entryCount: number;
  /** The entry at `index`, read from the text at each call: a dump of 100,000 entries holds no object for each. */
  entry(index: number): IpsetEntry | undefined;
  /** All entries in order, read from the text one by one. */
  entries(): IterableIterator<IpsetEntry>;
}

/** The `create` line of a set. */
export interface IpsetDefinition {
  readonly span: Span;
  readonly nameSpan: Span;
  /** For example `hash:ip,port`. */
  readonly type: string;
  /** What the comma-separated parts of an entry are, by the type's name; empty for a type that is not known. */
  readonly dimensions: readonly IpsetDimension[];
  /** `inet` when the type has a family and the line does not say it. */
  readonly family?: 'inet' | 'inet6';
  readonly options: readonly IpsetOption[];
}

export type IpsetDimension = 'ip' | 'net' | 'port' | 'mac' | 'iface' | 'mark' | 'set';

/** A word after the type or the entry: `timeout 300`, `comment "..."`, or a flag without a value such as `counters`. */
export interface IpsetOption {
  readonly name: string;
  /** Without the quotes. */
  readonly value?: string;
  readonly span: Span;
  /** False for a word that ipset 7.17 does not have. */
  readonly known: boolean;
}

/** One `add` (or `del`) line's entry. */
export interface IpsetEntry {
  /** The whole line without its end. */
  readonly span: Span;
  /** The entry word alone, `10.96.0.10,tcp:80`. */
  readonly elementSpan: Span;
  readonly element: string;
  /** One part for each dimension of the set's type; empty when the type is not known or the entry does not fit it. */
  readonly parts: readonly IpsetEntryPart[];
  /** Seconds; the time left when the dump was taken. */
  readonly timeout?: number;
  /** Present with the set option `counters`. */
  readonly packets?: bigint;
  readonly bytes?: bigint;
  readonly comment?: string;
  readonly nomatch: boolean;
  /** All words after the entry, those above among them. */
  readonly options: readonly IpsetOption[];
}

export type IpsetEntryPart =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'network'; readonly address: string; readonly prefixLength: number }
  | { readonly kind: 'addressRange'; readonly from: string; readonly to: string }
  | IpsetPort
  | { readonly kind: 'mac'; readonly address: string }
  | { readonly kind: 'interface'; readonly name: string; readonly physical: boolean }
  | { readonly kind: 'mark'; readonly mark: number }
  | { readonly kind: 'set'; readonly name: string };

export type IpsetPort =
  | {
      readonly kind: 'port';
      /** `tcp`, `udp`, `sctp`, `udplite`, or another protocol's name or number; missing where ipset assumes TCP. */
      readonly protocol?: string;
      readonly from: number;
      /** Equal to `from` when it is one port. */
      readonly to: number;
    }
  /** `icmp:echo-request`, `icmp:8/0`, `tcp:http`: the port half is a name or a type and code. */
  | { readonly kind: 'namedPort'; readonly protocol?: string; readonly name: string };

/** A line that is neither `create` nor `add`. */
export interface IpsetCommand {
  /** `flush`, `destroy`, `swap`, `rename`, `del`, `test`, `save`, `list`, `quit` or an unknown word, as the dump spells it. */
  readonly name: string;
  /** The words after the command, unquoted. */
  readonly words: readonly string[];
  readonly span: Span;
}
