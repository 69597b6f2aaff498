import { isDeepStrictEqual } from 'node:util';
import type { IpFamily } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { RouteQuestion } from '../nodeNetwork.ts';
import type { KernelRoute, NextHop } from './kernelRoute.ts';
import { multipathFact, ruleNotModelledFact } from './networkFacts.ts';
import { prefixContains } from './prefix.ts';
import type { NumberRange, RoutingRule } from './readRules.ts';
import { RouteTable } from './routeTable.ts';

/** What a question leads to: a route, with one of its ways where it has any. */
export type Found =
  | {
      readonly kind: 'route';
      readonly route: KernelRoute;
      readonly hop: NextHop | undefined;
      readonly assumed: TraceFact | undefined;
    }
  /** A rule itself says so. */
  | { readonly kind: 'rule'; readonly type: 'blackhole' | 'unreachable' | 'prohibit' }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

type TableAnswer = Extract<Found, { kind: 'route' }> | undefined;

/** What routing depends on beside routes and rules. */
export interface RoutingSettings {
  /** Whether routes through a device without carrier are passed over (`ignore_routes_with_linkdown`). */
  ignoresLinkDown(family: IpFamily, device: string): boolean;
  /** Whether a device is a VRF or belongs to one. */
  isInVrf(device: string): boolean;
}

const protocolNumbers: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58, sctp: 132 };
const largestUser = 0xffffffff;

/** Routing of one family: `fib_rules_lookup` of net/core/fib_rules.c over the tables. */
export class Routing {
  readonly #family: IpFamily;
  readonly #rules: readonly RoutingRule[];
  readonly #tables = new Map<string, RouteTable>();
  readonly #settings: RoutingSettings;

  /** @param rules undefined: the kernel's own three */
  constructor(
    family: IpFamily,
    routes: readonly KernelRoute[],
    rules: readonly RoutingRule[] | undefined,
    settings: RoutingSettings,
  ) {
    this.#family = family;
    this.#settings = settings;
    const byTable = new Map<string, KernelRoute[]>();
    for (const route of routes) {
      const ofTable = byTable.get(route.table);
      if (ofTable) ofTable.push(route);
      else byTable.set(route.table, [route]);
    }
    // Until somebody adds a rule, IPv4 keeps both in one trie: a longer prefix of main comes before a local one.
    const merges = family === 'ipv4' && (rules === undefined || rules.every(isKernelsOwn));
    if (merges) byTable.set('main', [...(byTable.get('local') ?? []), ...(byTable.get('main') ?? [])]);
    for (const [name, ofTable] of byTable) this.#tables.set(name, new RouteTable(ofTable));
    this.#rules = merges ? [lookup(32766, 'main'), lookup(32767, 'default')] : (rules ?? kernelsRules);
    if (merges) this.#tables.set('local', this.#tables.get('main') ?? new RouteTable([]));
  }

  find(question: RouteQuestion): Found {
    for (let at = 0; at < this.#rules.length; ) {
      const rule = this.#rules[at];
      if (rule === undefined) break;
      const match = this.#matches(rule, question);
      if (match === 'unknown' || match === true) {
        const { action } = rule;
        if (action.kind === 'goto') {
          const target = this.#rules.findIndex(({ priority }) => priority === action.priority);
          if (match === 'unknown') return unknownRule(rule);
          at = target > at ? target : at + 1;
          continue;
        }
        const found = this.#act(rule, question);
        if (found !== undefined) return match === 'unknown' ? unknownRule(rule) : found;
      }
      at++;
    }
    return { kind: 'none' };
  }

  /** Asks one table alone. */
  findInTable(table: string, question: RouteQuestion): TableAnswer {
    const routes = this.#tables.get(table);
    if (routes === undefined) return undefined;
    let isBelowOther = false;
    for (const row of routes.candidates(question.destination.value)) {
      const fitting = row.filter((route) => fitsSource(route, question));
      // Routes for certain sources hide the others of their prefix (fib6_node_lookup_1 of net/ipv6/ip6_fib.c), but not
      // when a longer prefix was of no use (fib6_backtrack of net/ipv6/route.c), and not those of the default route.
      const isDefault = row[0]?.destination.prefixLength === 0;
      const isHidden = !isDefault && row.some(hasSource) && !fitting.some(hasSource);
      if (isHidden && !isBelowOther) continue;
      const found = this.#choose(fitting, question);
      if (found) return found;
      isBelowOther = true;
    }
    return undefined;
  }

  /** @returns undefined when the next rule is asked */
  #act(rule: RoutingRule, question: RouteQuestion): Found | undefined {
    const { action } = rule;
    if (action.kind === 'next' || action.kind === 'goto') return undefined;
    if (action.kind !== 'table') return { kind: 'rule', type: action.kind };
    if (action.table === 'l3mdev') return unknownRule(rule);
    const found = this.findInTable(action.table, question);
    if (found === undefined || found.route.type === 'throw') return undefined;
    const { prefixLength } = found.route.destination;
    const leadsNowhere = found.route.hops.length === 0;
    if (leadsNowhere) return found;
    if (rule.suppressedLength !== undefined && prefixLength <= rule.suppressedLength) return undefined;
    return rule.suppressedGroup === undefined ? found : unknownRule(rule);
  }

  #matches(rule: RoutingRule, question: RouteQuestion): boolean | 'unknown' {
    const selectors = this.#selectors(rule, question);
    const all = selectors.includes(false) ? false : selectors.includes('unknown') ? 'unknown' : true;
    return all === 'unknown' ? all : all !== rule.isInverted;
  }

  #selectors(rule: RoutingRule, question: RouteQuestion): (boolean | 'unknown')[] {
    // What the node itself sends comes in through the loopback device, as far as rules go.
    const inDevice = question.inDevice ?? 'lo';
    const { source, destination, mark, outDevice } = question;
    return [
      rule.inDevice === undefined || rule.inDevice === inDevice,
      rule.outDevice === undefined || rule.outDevice === outDevice,
      rule.mark === undefined || ((mark ^ rule.mark.value) & rule.mark.mask) === 0,
      // A source that is not chosen yet is all zeros.
      rule.from === undefined || prefixContains(rule.from, source?.value ?? 0n),
      rule.to === undefined || prefixContains(rule.to, destination.value),
      rule.typeOfService === 0,
      rule.protocol === undefined || isProtocol(rule.protocol, question.protocol),
      isPortIn(rule.sourcePort, question.sourcePort),
      isPortIn(rule.destinationPort, question.destinationPort),
      rule.user === undefined || isUserIn(rule.user, question.inDevice),
      !rule.isForVrf ||
        (this.#settings.isInVrf(inDevice) || (outDevice !== undefined && this.#settings.isInVrf(outDevice))
          ? 'unknown'
          : false),
      rule.notModelled === undefined || 'unknown',
    ];
  }

  /** One of the routes with the same prefix, as fib_table_lookup and rt6_select choose. */
  #choose(row: readonly KernelRoute[], question: RouteQuestion): TableAnswer {
    let best:
      | { readonly route: KernelRoute; readonly hop: NextHop | undefined; readonly assumed: TraceFact | undefined }
      | undefined;
    let bestScore = -1;
    let [head] = row;
    for (const route of row) {
      if (route.typeOfService !== 0) continue;
      if (route.source?.prefixLength !== head?.source?.prefixLength) {
        if (best !== undefined) break;
        head = route;
      }
      // Once no route of the lowest metric will do, those of all others are compared (find_rr_leaf).
      if (best?.route.metric === head?.metric && route.metric !== head?.metric) break;
      const usable = this.#usableHops(route, question);
      const [hop, ...others] = usable;
      if (hop === undefined && route.hops.length > 0) continue;
      // Routes that lead nowhere are ones through lo in IPv6, and do not count for other devices.
      if (hop === undefined && this.#family === 'ipv6' && question.outDevice !== undefined) continue;
      const score = this.#family === 'ipv4' ? 0 : scoreOf(route, usable, question);
      if (score <= bestScore) continue;
      const devices = usable.map(({ device, via }) => via?.text ?? device ?? '');
      best = { route, hop, assumed: others.length > 0 ? multipathFact(devices) : undefined };
      bestScore = score;
      if (this.#family === 'ipv4') break;
    }
    return best && { kind: 'route', ...best };
  }

  #usableHops(route: KernelRoute, { outDevice }: RouteQuestion): readonly NextHop[] {
    return route.hops.filter(({ device, isDead, isLinkDown }) => {
      if (isDead || (outDevice !== undefined && device !== undefined && device !== outDevice)) return false;
      return !(isLinkDown && device !== undefined && this.#settings.ignoresLinkDown(this.#family, device));
    });
  }
}

function hasSource({ source }: KernelRoute): boolean {
  return source !== undefined && source.prefixLength > 0;
}

function fitsSource({ source }: KernelRoute, question: RouteQuestion): boolean {
  return source === undefined || prefixContains(source, question.source?.value ?? 0n);
}

/** rt6_score_route: a route through the device in question first, then by router preference. */
function scoreOf(route: KernelRoute, hops: readonly NextHop[], { inDevice, outDevice }: RouteQuestion): number {
  const wanted = outDevice ?? inDevice;
  const isWanted = wanted === undefined || hops.some(({ device }) => device === wanted);
  return (isWanted ? 2 : 0) + 4 * (route.preference + 1);
}

function isProtocol(protocol: string, asked: number | undefined): boolean | 'unknown' {
  if (asked === undefined) return 'unknown';
  const known = protocolNumbers[protocol] ?? Number(protocol);
  return Number.isNaN(known) ? 'unknown' : known === asked;
}

function isPortIn(range: NumberRange | undefined, port: number | undefined): boolean | 'unknown' {
  if (range === undefined) return true;
  return port === undefined ? 'unknown' : port >= range.from && port <= range.to;
}

/** Packets that are forwarded are those of root. */
function isUserIn({ from, to }: NumberRange, inDevice: string | undefined): boolean | 'unknown' {
  if (from === 0 && to >= largestUser - 1) return true;
  return inDevice === undefined ? 'unknown' : from === 0;
}

function unknownRule(rule: RoutingRule): Found {
  const selector =
    rule.notModelled ??
    (rule.isForVrf
      ? 'l3mdev'
      : rule.suppressedGroup !== undefined
        ? `suppress_ifgroup ${rule.suppressedGroup}`
        : rule.user !== undefined
          ? 'uidrange'
          : 'ipproto, sport or dport');
  return { kind: 'unknown', reason: ruleNotModelledFact(rule.text, selector) };
}

function lookup(priority: number, table: string): RoutingRule {
  return {
    priority,
    isInverted: false,
    from: undefined,
    to: undefined,
    mark: undefined,
    inDevice: undefined,
    outDevice: undefined,
    typeOfService: 0,
    protocol: undefined,
    sourcePort: undefined,
    destinationPort: undefined,
    user: undefined,
    isForVrf: false,
    action: { kind: 'table', table },
    suppressedLength: undefined,
    suppressedGroup: undefined,
    notModelled: undefined,
    text: `${priority}: from all lookup ${table}`,
  };
}

const kernelsRules: readonly RoutingRule[] = [lookup(0, 'local'), lookup(32766, 'main'), lookup(32767, 'default')];

function isKernelsOwn(rule: RoutingRule): boolean {
  return kernelsRules.some((own) => isDeepStrictEqual({ ...rule, text: own.text }, own));
}
