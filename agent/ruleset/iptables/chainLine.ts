import type { Span } from '../common/position.ts';
import type { Counters } from './document.ts';

/** What stands on a line `:NAME POLICY [packets:bytes]`. */
export interface ChainLine {
  readonly nameSpan: Span;
  /** The word as it stands, `-` for a user's chain; undefined when there is none. */
  readonly policy: string | undefined;
  readonly counters: Counters | undefined;
  /** Whether the line is what `iptables-restore` accepts. */
  readonly wellFormed: boolean;
}

const pattern = /^:[ \t]*([^ \t]*)(?:[ \t]+([^ \t]+)(?:[ \t]+\[(\d+):(\d+)\])?)?[ \t]*(.*)$/s;

/** Reads the line of a chain, without its line end. */
export function readChainLine(text: string, span: Span): ChainLine {
  const line = text.slice(span.start, span.end);
  const [, name = '', policy, packets, bytes, rest] = pattern.exec(line) ?? [];
  const start = span.start + line.indexOf(name, 1);
  return {
    nameSpan: { start, end: start + name.length },
    policy,
    counters: packets && bytes ? { packets: Number(packets), bytes: Number(bytes) } : undefined,
    wellFormed: name !== '' && policy !== undefined && rest === '',
  };
}
