import type { Span } from '../common/position.ts';

/** A word of an `ipvsadm -R` line: blanks separate, there is no quoting. */
export interface IpvsWord extends Span {
  readonly text: string;
}

/** An option by its long name, with its value if it takes one. */
export interface IpvsOption extends Span {
  readonly name: string;
  readonly value?: string;
  /** Where the value stands. */
  readonly valueSpan?: Span;
  readonly problem?: 'unknown' | 'missing-value';
}

type Arity = 'flag' | 'value' | 'optional';

/** The options of ipvsadm 1.31 that may stand in a rule line: long name, short name, whether a value follows. */
const optionTable: readonly (readonly [name: string, short: string | undefined, arity: Arity])[] = [
  ['add-service', 'A', 'flag'],
  ['edit-service', 'E', 'flag'],
  ['delete-service', 'D', 'flag'],
  ['add-server', 'a', 'flag'],
  ['edit-server', 'e', 'flag'],
  ['delete-server', 'd', 'flag'],
  ['clear', 'C', 'flag'],
  ['zero', 'Z', 'flag'],
  ['set', undefined, 'flag'],
  ['start-daemon', undefined, 'value'],
  ['stop-daemon', undefined, 'value'],
  ['mcast-interface', undefined, 'value'],
  ['mcast-group', undefined, 'value'],
  ['mcast-port', undefined, 'value'],
  ['mcast-ttl', undefined, 'value'],
  ['sync-maxlen', undefined, 'value'],
  ['syncid', undefined, 'value'],
  ['tcp-service', 't', 'value'],
  ['udp-service', 'u', 'value'],
  ['sctp-service', undefined, 'value'],
  ['fwmark-service', 'f', 'value'],
  ['ipv6', '6', 'flag'],
  ['scheduler', 's', 'value'],
  ['sched-flags', 'b', 'value'],
  ['persistent', 'p', 'optional'],
  ['netmask', 'M', 'value'],
  ['pe', undefined, 'value'],
  ['ops', 'o', 'flag'],
  ['real-server', 'r', 'value'],
  ['gatewaying', 'g', 'flag'],
  ['ipip', 'i', 'flag'],
  ['masquerading', 'm', 'flag'],
  ['tun-type', undefined, 'value'],
  ['tun-port', undefined, 'value'],
  ['tun-nocsum', undefined, 'flag'],
  ['tun-csum', undefined, 'flag'],
  ['tun-remcsum', undefined, 'flag'],
  ['weight', 'w', 'value'],
  ['u-threshold', 'x', 'value'],
  ['l-threshold', 'y', 'value'],
  ['numeric', 'n', 'flag'],
];

const byLongName = new Map(optionTable.map(([name, , arity]) => [name, { name, arity }]));
const byShortName = new Map(
  optionTable.flatMap(([name, short, arity]) => (short === undefined ? [] : [[short, { name, arity }] as const])),
);

/** Splits a line as `ipvsadm -R` does; the word `ipvsadm` itself may lead. */
export function splitIpvsadmLine(text: string, start: number, end: number): IpvsWord[] {
  const words: IpvsWord[] = [];
  const pattern = /[^ \t\r]+/g;
  const line = text.slice(start, end);
  for (const match of line.matchAll(pattern)) {
    if (match[0] === 'ipvsadm') continue;
    words.push({ text: match[0], start: start + match.index, end: start + match.index + match[0].length });
  }
  return words;
}

/** Reads options as popt does: `-t VALUE`, `-tVALUE`, `-mw 1`, `--weight 1`, `--weight=1`. */
export function parseIpvsadmOptions(words: readonly IpvsWord[]): {
  readonly options: readonly IpvsOption[];
  /** Words that are neither options nor their values. */
  readonly arguments: readonly IpvsWord[];
} {
  const options: IpvsOption[] = [];
  const rest: IpvsWord[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    if (!word.text.startsWith('-') || word.text === '-') {
      rest.push(word);
      continue;
    }
    const attached = word.text.startsWith('--') ? readLong(word, options) : readShort(word, options);
    if (attached === undefined) continue;
    const next = words[index + 1];
    const takesNext = next !== undefined && (attached.arity === 'value' || !next.text.startsWith('-'));
    if (takesNext) {
      options.push({ ...attached.option, end: next.end, value: next.text, valueSpan: spanOf(next) });
      index++;
    } else
      options.push(attached.arity === 'value' ? { ...attached.option, problem: 'missing-value' } : attached.option);
  }
  return { options, arguments: rest };
}

/** An option whose value must be sought in the next word. */
interface OpenOption {
  readonly option: IpvsOption;
  readonly arity: Arity;
}

function readLong(word: IpvsWord, options: IpvsOption[]): OpenOption | undefined {
  const equals = word.text.indexOf('=');
  const name = word.text.slice(2, equals === -1 ? undefined : equals);
  const known = byLongName.get(name);
  const option = { name, start: word.start, end: word.end };
  if (!known) options.push({ ...option, problem: 'unknown' });
  else if (equals !== -1) {
    const valueSpan = { start: word.start + equals + 1, end: word.end };
    options.push({ ...option, value: word.text.slice(equals + 1), valueSpan });
  } else if (known.arity === 'flag') options.push(option);
  else return { option, arity: known.arity };
  return undefined;
}

function readShort(word: IpvsWord, options: IpvsOption[]): OpenOption | undefined {
  for (let at = 1; at < word.text.length; at++) {
    const letter = word.text.charAt(at);
    const known = byShortName.get(letter);
    const start = word.start + at - (at === 1 ? 1 : 0);
    if (!known) {
      options.push({ name: letter, start, end: word.start + at + 1, problem: 'unknown' });
    } else if (known.arity === 'flag') {
      options.push({ name: known.name, start, end: word.start + at + 1 });
    } else {
      const option = { name: known.name, start, end: word.end };
      if (at + 1 === word.text.length) return { option, arity: known.arity };
      const valueStart = at + (word.text.charAt(at + 1) === '=' ? 2 : 1);
      const valueSpan = { start: word.start + valueStart, end: word.end };
      options.push({ ...option, value: word.text.slice(valueStart), valueSpan });
      return undefined;
    }
  }
  return undefined;
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}
