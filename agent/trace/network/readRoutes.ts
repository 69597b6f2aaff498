import * as z from 'zod/mini';
import type { IpFamily } from '../../model/address.ts';
import type { SnapshotPart } from '../../model/snapshot.ts';
import { tracedAddress } from '../tracedAddress.ts';
import { jsonItems } from './jsonItems.ts';
import { type KernelRoute, type KernelRouteType, type NextHop, scopes, tableName } from './kernelRoute.ts';
import { familyOfPart } from './partFamily.ts';
import { parsePrefix } from './prefix.ts';

const via = z.optional(z.object({ host: z.string() }));
const flags = z._default(z.array(z.string()), []);
const rawHop = z.object({
  gateway: z.optional(z.string()),
  via,
  dev: z.optional(z.string()),
  weight: z._default(z.number(), 1),
  flags,
});

/** A route as `ip -j route` prints it; what has no meaning for packets is passed over. */
const rawRoute = z.object({
  type: z._default(z.string(), 'unicast'),
  dst: z.string(),
  from: z.optional(z.string()),
  gateway: z.optional(z.string()),
  via,
  dev: z.optional(z.string()),
  table: z.optional(z.union([z.string(), z.number()])),
  scope: z.optional(z.union([z.string(), z.number()])),
  prefsrc: z.optional(z.string()),
  metric: z._default(z.number(), 0),
  tos: z.optional(z.string()),
  pref: z.optional(z.string()),
  encap: z.optional(z.string()),
  flags,
  nexthops: z.optional(z.array(rawHop)),
});
type RawRoute = z.infer<typeof rawRoute>;
type RawHop = z.infer<typeof rawHop>;

/** The routes of a part, and how many entries were not understood. */
export interface ReadRoutes {
  readonly routes: readonly KernelRoute[];
  readonly notUnderstood: number;
}

/** Reads `ip route show table all`, of either family, as text or as JSON. */
export function readRoutes(part: SnapshotPart): ReadRoutes {
  const items = jsonItems(part.text, rawRoute);
  const { values, notUnderstood } = items ?? readText(part.text);
  const family = familyOfPart(part, () => values.map(({ dst, gateway, prefsrc }) => gateway ?? prefsrc ?? dst));
  const routes: KernelRoute[] = [];
  let odd = notUnderstood;
  for (const value of values) {
    // The JSON of a route that encapsulates names two destinations, and keeps the wrong one.
    const route = items !== undefined && value.encap === 'ip' ? undefined : routeOf(value, family);
    if (route === undefined) odd++;
    // The kernel lists its own end of each IPv6 table.
    else if (route.table !== 'unspec') routes.push(route);
  }
  return { routes, notUnderstood: odd };
}

const types: Readonly<Record<string, KernelRouteType>> = {
  unicast: 'unicast',
  local: 'local',
  broadcast: 'broadcast',
  multicast: 'multicast',
  anycast: 'anycast',
  blackhole: 'blackhole',
  unreachable: 'unreachable',
  prohibit: 'prohibit',
  throw: 'throw',
};
const nowhere: ReadonlySet<KernelRouteType> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);
const preferences: Readonly<Record<string, number>> = { low: -1, high: 1 };
const scopeNumbers: Readonly<Record<string, number>> = scopes;

function routeOf(raw: RawRoute, partFamily: IpFamily): KernelRoute | undefined {
  const type = types[raw.type];
  const destination = parsePrefix(raw.dst, partFamily);
  const source = raw.from === undefined ? undefined : parsePrefix(raw.from, partFamily);
  const scope = raw.scope === undefined ? scopes.global : (scopeNumbers[raw.scope] ?? Number(raw.scope));
  if (type === undefined || destination === undefined || Number.isNaN(scope)) return undefined;
  if (raw.from !== undefined && source === undefined) return undefined;
  const own: RawHop = { gateway: raw.gateway, via: raw.via, dev: raw.dev, weight: 1, flags: raw.flags };
  return {
    family: destination.family,
    table: tableName(raw.table),
    type,
    destination,
    source,
    metric: raw.metric,
    scope,
    typeOfService: raw.tos === undefined ? 0 : Number(raw.tos),
    preferredSource: tracedAddress(raw.prefsrc),
    preference: preferences[raw.pref ?? ''] ?? 0,
    hops: nowhere.has(type) ? [] : (raw.nexthops ?? [own]).map((hop) => hopOf(hop)),
  };
}

function hopOf({ gateway, via: other, dev, weight, flags: words }: RawHop): NextHop {
  return {
    device: dev,
    via: tracedAddress(gateway ?? other?.host),
    weight,
    isDead: words.includes('dead'),
    isLinkDown: words.includes('linkdown'),
  };
}

/** Words of the text form that have a value behind them. */
const valued: ReadonlySet<string> = new Set(
  (
    'via dev table proto protocol scope src metric nhid tos from weight pref mtu advmss expires error window rtt rttvar ' +
    'hoplimit initcwnd initrwnd realm realms cc congctl features quickack iif cwnd ssthresh reordering rto_min fastopen_no_cookie encap'
  ).split(' '),
);

function readText(text: string): { values: RawRoute[]; notUnderstood: number } {
  const values: RawRoute[] = [];
  let notUnderstood = 0;
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [first = ''] = words;
    const last = values.at(-1);
    if (first === '') continue;
    if (first === 'nexthop') {
      if (last) values[values.length - 1] = { ...last, nexthops: [...(last.nexthops ?? []), ...readHops(words)] };
      else notUnderstood++;
      continue;
    }
    const type = types[first];
    const dst = type === undefined ? first : words[1];
    if (dst === undefined || parsePrefix(dst, 'ipv4') === undefined) {
      notUnderstood++;
      continue;
    }
    const inlineHops = words.indexOf('nexthop');
    const own = readWords(words.slice(type === undefined ? 1 : 2, inlineHops === -1 ? undefined : inlineHops));
    values.push({
      type: type ?? 'unicast',
      dst,
      ...hopWords(own),
      from: own.get('from'),
      table: own.get('table'),
      scope: own.get('scope'),
      prefsrc: own.get('src'),
      metric: Number(own.get('metric') ?? 0),
      tos: own.get('tos'),
      pref: own.get('pref'),
      ...(inlineHops === -1 ? {} : { nexthops: readHops(words.slice(inlineHops)) }),
    });
  }
  return { values, notUnderstood };
}

function readHops(words: readonly string[]): RawHop[] {
  const hops: RawHop[] = [];
  let start = 1;
  for (let at = 1; at <= words.length; at++) {
    if (at < words.length && words[at] !== 'nexthop') continue;
    hops.push(hopWords(readWords(words.slice(start, at))));
    start = at + 1;
  }
  return hops;
}

function hopWords(words: ReadonlyMap<string, string>): RawHop {
  return {
    gateway: words.get('via'),
    dev: words.get('dev'),
    weight: Number(words.get('weight') ?? 1),
    flags: ['dead', 'linkdown'].filter((flag) => words.has(flag)),
  };
}

/** Each word that says something, with the one behind it where it has a value. */
function readWords(words: readonly string[]): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!valued.has(word)) {
      read.set(word, '');
      continue;
    }
    // `via inet6 fe80::1`, `mtu lock 1400`
    if (['inet', 'inet6', 'lock'].includes(words[at + 1] ?? '')) at++;
    if (!read.has(word)) read.set(word, words[at + 1] ?? '');
    at++;
  }
  return read;
}
