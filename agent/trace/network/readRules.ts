import * as z from 'zod/mini';
import type { IpFamily } from '../../model/address.ts';
import type { SnapshotPart } from '../../model/snapshot.ts';
import { jsonItems } from './jsonItems.ts';
import { tableName } from './kernelRoute.ts';
import { familyOfPart } from './partFamily.ts';
import { type Prefix, parsePrefix } from './prefix.ts';

/** From `from` to `to`, both included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** A rule that says which routing table is asked for which packets. */
export interface RoutingRule {
  readonly priority: number;
  /** All of the selectors together are turned around. */
  readonly isInverted: boolean;
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
  readonly inDevice: string | undefined;
  readonly outDevice: string | undefined;
  readonly typeOfService: number;
  /** The number or name of a protocol. */
  readonly protocol: string | undefined;
  readonly sourcePort: NumberRange | undefined;
  readonly destinationPort: NumberRange | undefined;
  readonly user: NumberRange | undefined;
  /** Only packets of a VRF, whose table is asked. */
  readonly isForVrf: boolean;
  readonly action:
    | { readonly kind: 'table'; readonly table: string }
    | { readonly kind: 'goto'; readonly priority: number }
    | { readonly kind: 'next' | 'blackhole' | 'unreachable' | 'prohibit' };
  /** Routes with prefixes of this length or shorter do not count. */
  readonly suppressedLength: number | undefined;
  /** Routes through devices of this group do not count. */
  readonly suppressedGroup: string | undefined;
  /** What of the rule is not modelled, as it stands there. */
  readonly notModelled: string | undefined;
  /** The rule as `ip rule` words it. */
  readonly text: string;
}

const number = z.optional(z.number());
const word = z.optional(z.union([z.string(), z.number()]));
const presence = z.optional(z.null());
const rawRule = z.object({
  priority: z.number(),
  not: presence,
  src: z.optional(z.string()),
  srclen: number,
  dst: z.optional(z.string()),
  dstlen: number,
  fwmark: word,
  fwmask: word,
  iif: z.optional(z.string()),
  oif: z.optional(z.string()),
  tos: word,
  dscp: word,
  tun_id: word,
  ipproto: word,
  sport: number,
  sport_start: number,
  sport_end: number,
  dport: number,
  dport_start: number,
  dport_end: number,
  uid_start: number,
  uid_end: number,
  l3mdev: presence,
  table: word,
  goto: number,
  nop: presence,
  action: z.optional(z.string()),
  suppress_prefixlen: number,
  suppress_ifgroup: word,
});
type RawRule = z.infer<typeof rawRule>;

export interface ReadRules {
  readonly family: IpFamily;
  /** In the order in which the kernel asks them. */
  readonly rules: readonly RoutingRule[];
  readonly notUnderstood: number;
}

/** Reads `ip rule` of one family, as text or as JSON. */
export function readRules(part: SnapshotPart): ReadRules {
  const read = jsonItems(part.text, rawRule) ?? readText(part.text);
  const family = familyOfPart(part, () => read.values.flatMap(({ src, dst }) => [src ?? '', dst ?? '']));
  const rules: RoutingRule[] = [];
  let notUnderstood = read.notUnderstood;
  for (const raw of read.values) {
    const rule = ruleOf(raw, family);
    if (rule) rules.push(rule);
    else notUnderstood++;
  }
  return { family, rules, notUnderstood };
}

function ruleOf(raw: RawRule, family: IpFamily): RoutingRule | undefined {
  const from = prefixOfRule(raw.src, raw.srclen, family);
  const to = prefixOfRule(raw.dst, raw.dstlen, family);
  const action = actionOf(raw);
  if (from === 'odd' || to === 'odd' || action === undefined) return undefined;
  return {
    priority: raw.priority,
    isInverted: raw.not !== undefined,
    from,
    to,
    mark:
      raw.fwmark === undefined && raw.fwmask === undefined
        ? undefined
        : { value: Number(raw.fwmark ?? 0), mask: Number(raw.fwmask ?? 0xffffffff) },
    inDevice: raw.iif,
    outDevice: raw.oif,
    typeOfService: Number(raw.tos ?? 0),
    protocol: raw.ipproto === undefined ? undefined : String(raw.ipproto),
    sourcePort: rangeOf(raw.sport ?? raw.sport_start, raw.sport ?? raw.sport_end),
    destinationPort: rangeOf(raw.dport ?? raw.dport_start, raw.dport ?? raw.dport_end),
    user: rangeOf(raw.uid_start, raw.uid_end),
    isForVrf: raw.l3mdev !== undefined,
    action,
    suppressedLength: raw.suppress_prefixlen,
    suppressedGroup: raw.suppress_ifgroup === undefined ? undefined : String(raw.suppress_ifgroup),
    notModelled:
      raw.dscp !== undefined ? `dscp ${raw.dscp}` : raw.tun_id !== undefined ? `tun_id ${raw.tun_id}` : undefined,
    text: textOf(raw),
  };
}

function prefixOfRule(
  text: string | undefined,
  length: number | undefined,
  family: IpFamily,
): Prefix | 'odd' | undefined {
  if (text === undefined || text === 'all') return undefined;
  return parsePrefix(length === undefined ? text : `${text}/${length}`, family) ?? 'odd';
}

function rangeOf(from: number | undefined, to: number | undefined): NumberRange | undefined {
  return from === undefined || to === undefined ? undefined : { from, to };
}

function actionOf(raw: RawRule): RoutingRule['action'] | undefined {
  if (raw.goto !== undefined) return { kind: 'goto', priority: raw.goto };
  if (raw.nop !== undefined) return { kind: 'next' };
  if (raw.action === 'blackhole' || raw.action === 'unreachable' || raw.action === 'prohibit')
    return { kind: raw.action };
  if (raw.action === 'nop') return { kind: 'next' };
  if (raw.table !== undefined) return { kind: 'table', table: tableName(raw.table) };
  return raw.l3mdev === undefined ? undefined : { kind: 'table', table: 'l3mdev' };
}

function textOf(raw: RawRule): string {
  const source = raw.src === undefined ? 'all' : raw.src + (raw.srclen === undefined ? '' : `/${raw.srclen}`);
  const words = [`${raw.priority}:`, raw.not === undefined ? '' : 'not', `from ${source}`];
  if (raw.dst !== undefined) words.push(`to ${raw.dst}${raw.dstlen === undefined ? '' : `/${raw.dstlen}`}`);
  if (raw.fwmark !== undefined) words.push(`fwmark ${raw.fwmark}${raw.fwmask === undefined ? '' : `/${raw.fwmask}`}`);
  if (raw.iif !== undefined) words.push(`iif ${raw.iif}`);
  if (raw.oif !== undefined) words.push(`oif ${raw.oif}`);
  if (raw.ipproto !== undefined) words.push(`ipproto ${raw.ipproto}`);
  words.push(raw.table === undefined ? (raw.action ?? '') : `lookup ${raw.table}`);
  return words.filter((each) => each !== '').join(' ');
}

/** Words of the text form that have a value behind them. */
const valued: ReadonlySet<string> = new Set(
  (
    'from to fwmark iif oif tos dsfield dscp tun_id ipproto sport dport uidrange lookup table goto realms protocol proto ' +
    'suppress_prefixlength suppress_prefixlen suppress_ifgroup'
  ).split(' '),
);

function readText(text: string): { values: RawRule[]; notUnderstood: number } {
  const values: RawRule[] = [];
  let notUnderstood = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, priority, rest = ''] = /^(\d+):\s*(.*)$/.exec(line) ?? [];
    if (priority === undefined) notUnderstood++;
    else values.push(readWords(Number(priority), rest.trim().split(/\s+/)));
  }
  return { values, notUnderstood };
}

function readWords(priority: number, words: readonly string[]): RawRule {
  const read = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const key = words[at] ?? '';
    read.set(key, valued.has(key) ? (words[++at] ?? '') : '');
  }
  const numberAt = (key: string): number | undefined => (read.has(key) ? Number(read.get(key)) : undefined);
  const bounds = (key: string): [number?, number?] => {
    const [from, to = from] = read.get(key)?.split('-') ?? [];
    return from === undefined ? [] : [Number(from), Number(to)];
  };
  const [fwmark, fwmask] = read.get('fwmark')?.split('/') ?? [];
  const [sportStart, sportEnd] = bounds('sport');
  const [dportStart, dportEnd] = bounds('dport');
  const [uidStart, uidEnd] = bounds('uidrange');
  const table = read.get('lookup') ?? read.get('table');
  const isForVrf = table === '[l3mdev-table]';
  return {
    priority,
    not: read.has('not') ? null : undefined,
    src: read.get('from'),
    dst: read.get('to'),
    fwmark,
    fwmask,
    iif: read.get('iif'),
    oif: read.get('oif'),
    tos: read.get('tos') ?? read.get('dsfield'),
    dscp: read.get('dscp'),
    tun_id: read.get('tun_id'),
    ipproto: read.get('ipproto'),
    sport_start: sportStart,
    sport_end: sportEnd,
    dport_start: dportStart,
    dport_end: dportEnd,
    uid_start: uidStart,
    uid_end: uidEnd,
    l3mdev: isForVrf ? null : undefined,
    table: isForVrf ? undefined : table,
    goto: numberAt('goto'),
    nop: read.has('nop') ? null : undefined,
    action: ['blackhole', 'unreachable', 'prohibit'].find((action) => read.has(action)),
    suppress_prefixlen: numberAt('suppress_prefixlength') ?? numberAt('suppress_prefixlen'),
    suppress_ifgroup: read.get('suppress_ifgroup'),
  };
}
