import type { ParsedSnapshot } from '../../interpret/parsedSnapshot.ts';
import type { IpFamily } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { PartKind, SnapshotPart } from '../../model/snapshot.ts';
import type { AddressType, NodeNetwork, Route, RouteQuestion } from '../nodeNetwork.ts';
import type { TracedAddress } from '../packet.ts';
import { derivedRoutes } from './derivedRoutes.ts';
import { deviceSetting } from './deviceSetting.ts';
import { devicesOfRoutes } from './devicesOfRoutes.ts';
import { scopes } from './kernelRoute.ts';
import { missingFact, notUnderstoodFact } from './networkFacts.ts';
import { type Device, readDevices } from './readDevices.ts';
import { readRoutes } from './readRoutes.ts';
import { type RoutingRule, readRules } from './readRules.ts';
import { readSettings } from './readSettings.ts';
import { type Found, Routing } from './routing.ts';
import { selectSource4 } from './selectSource4.ts';
import { selectSource6 } from './selectSource6.ts';

/** Reads the addresses, routes, routing rules and settings of a snapshot, and answers as the kernel would. */
export function nodeNetwork({ snapshot }: Pick<ParsedSnapshot, 'snapshot'>): NodeNetwork {
  return new SnapshotNetwork(snapshot.parts);
}

/** What the answers for a family come from. */
type Known = 'routes' | 'addresses' | 'someAddresses' | 'nothing';

class SnapshotNetwork implements NodeNetwork {
  readonly missing: readonly TraceFact[];
  readonly localAddresses: ReadonlyMap<string, string> | undefined;
  readonly #devices: readonly Device[];
  readonly #settings: ReadonlyMap<string, string>;
  readonly #routing: Readonly<Record<IpFamily, Routing>>;
  readonly #known: Readonly<Record<IpFamily, Known>>;

  constructor(parts: readonly SnapshotPart[]) {
    const of = (kind: PartKind): SnapshotPart[] => parts.filter((part) => part.kind === kind && hasContent(part));
    const missing: TraceFact[] = [];
    const lack = (what: 'addresses' | 'routes' | 'rules' | 'sysctls', kind: PartKind): void => {
      if (of(kind).length > 0) return;
      missing.push(missingFact(what, parts.find((part) => part.kind === kind)?.reason?.message));
    };
    const count = (part: SnapshotPart, notUnderstood: number): void => {
      if (notUnderstood > 0) missing.push(notUnderstoodFact(part.id, notUnderstood));
    };

    this.#settings = new Map(of('sysctls').flatMap((part) => [...readSettings(part.text)]));
    const listed = of('addresses').flatMap((part) => {
      const read = readDevices(part);
      count(part, read.notUnderstood);
      return read.devices;
    });
    const routes = of('routes').flatMap((part) => {
      const read = readRoutes(part);
      count(part, read.notUnderstood);
      return read.routes;
    });
    const rules: Partial<Record<IpFamily, readonly RoutingRule[]>> = {};
    for (const part of of('routing-rules')) {
      const read = readRules(part);
      count(part, read.notUnderstood);
      if (read.rules.length > 0) rules[read.family] = [...(rules[read.family] ?? []), ...read.rules];
    }
    lack('addresses', 'addresses');
    lack('routes', 'routes');
    lack('rules', 'routing-rules');
    lack('sysctls', 'sysctls');
    this.missing = missing;

    const hasRoutes = (family: IpFamily): boolean => routes.some((route) => route.family === family);
    this.#devices = listed.length > 0 ? listed : devicesOfRoutes(routes);
    // Of a dump of one device alone, such as kube-ipvs0, nothing follows for addresses that are not in it.
    const addresses = listed.some(({ isLoopback }) => isLoopback) ? 'addresses' : 'someAddresses';
    const derived = derivedRoutes(this.#devices);
    const routing = (family: IpFamily): Routing => {
      const own = (hasRoutes(family) ? routes : derived).filter((route) => route.family === family);
      return new Routing(family, own, rules[family], {
        ignoresLinkDown: (asked, device) => this.#ignoresLinkDown(asked, device),
        isInVrf: (device) => this.#isInVrf(device),
      });
    };
    this.#routing = { ipv4: routing('ipv4'), ipv6: routing('ipv6') };
    const known = (family: IpFamily): Known =>
      hasRoutes(family) ? 'routes' : listed.length > 0 ? addresses : 'nothing';
    this.#known = { ipv4: known('ipv4'), ipv6: known('ipv6') };
    this.localAddresses = this.#devices.length > 0 ? localAddresses(this.#devices) : undefined;
  }

  route(question: RouteQuestion): Route {
    return this.#answer(question, this.#routing[question.family].find(question));
  }

  addressType(family: IpFamily, address: TracedAddress, device?: string): AddressType | undefined {
    return family === 'ipv4' ? this.#addressType4(address, device) : this.#addressType6(address, device);
  }

  deviceAddresses(family: IpFamily, device: string): readonly TracedAddress[] {
    const found = this.#devices.find(({ name }) => name === device);
    return found?.addresses.filter((address) => address.family === family).map(({ local }) => local) ?? [];
  }

  sourceAddress(family: IpFamily, device: string, nextHop: TracedAddress): TracedAddress | undefined {
    return family === 'ipv4'
      ? this.#source4(device, nextHop, scopes.global)
      : selectSource6(this.#devices, device, nextHop);
  }

  hasPorts(device: string): boolean | undefined {
    if (this.#devices.some(({ master }) => master === device)) return true;
    return this.#devices.some(({ name }) => name === device) && this.#devices.every(({ knowsMaster }) => knowsMaster)
      ? false
      : undefined;
  }

  setting(name: string): string | undefined {
    return this.#settings.get(name);
  }

  #answer(question: RouteQuestion, found: Found): Route {
    const { family, destination } = question;
    const nothing = { device: undefined, via: undefined, preferredSource: undefined };
    const derivedFrom = this.#known[family] === 'routes' ? undefined : missingFact('routes', undefined);
    if (found.kind === 'unknown') return { ...nothing, type: 'none', assumed: found.reason, unknown: found.reason };
    if (found.kind === 'none') return { ...nothing, type: 'none', assumed: derivedFrom };
    if (found.kind === 'rule') return { ...nothing, type: found.type, assumed: undefined };
    const { route, hop } = found;
    // An anycast address is delivered to the node as its own.
    const type = route.type === 'anycast' ? 'local' : route.type === 'throw' ? 'none' : route.type;
    const isLocal = type === 'local';
    // What is known of addresses alone is enough for local ones.
    const assumed = found.assumed ?? (isLocal ? undefined : derivedFrom);
    if (route.hops.length === 0) return { ...nothing, type, assumed };
    const device = hop?.device;
    const preferredSource =
      route.preferredSource ??
      (family === 'ipv6'
        ? selectSource6(this.#devices, device, destination)
        : isLocal
          ? destination
          : this.#source4(device, hop?.via?.text.includes(':') ? undefined : hop?.via, route.scope));
    return { type, device, via: hop?.via, preferredSource, assumed };
  }

  /** inet_dev_addr_type of net/ipv4/fib_frontend.c. */
  #addressType4(address: TracedAddress, device: string | undefined): AddressType | undefined {
    const { value } = address;
    if (value >> 24n === 0n || value === 0xffffffffn) return 'broadcast';
    if (value >> 28n === 0xen) return 'multicast';
    const found = this.#routing.ipv4.findInTable('local', this.#questionOf('ipv4', address));
    if (found === undefined && (this.#known.ipv4 === 'nothing' || this.#known.ipv4 === 'someAddresses')) {
      return value >> 24n === 127n ? 'local' : undefined;
    }
    if (found === undefined || found.route.hops.length === 0) return 'unicast';
    const { type } = found.route;
    const isOfDevice = device === undefined || found.hop?.device === device;
    return isOfDevice && (type === 'local' || type === 'broadcast' || type === 'multicast') ? type : 'unicast';
  }

  /** __nft_fib6_eval_type of net/ipv6/netfilter/nft_fib_ipv6.c. */
  #addressType6(address: TracedAddress, device: string | undefined): AddressType | undefined {
    const { value } = address;
    if (value === 0n) return 'unspec';
    if (value >> 120n === 0xffn) return 'multicast';
    const known = this.#known.ipv6;
    if (device !== undefined && this.deviceAddresses('ipv6', device).some((own) => own.value === value)) return 'local';
    const found = this.#routing.ipv6.find(this.#questionOf('ipv6', address));
    if (found.kind === 'rule') return found.type;
    if (found.kind === 'unknown') return undefined;
    if (found.kind === 'none') {
      if (known === 'routes') return 'unreachable';
      // A node has routes to the world, though the snapshot does not.
      return value === 1n ? 'local' : known === 'addresses' ? 'unicast' : undefined;
    }
    const { type } = found.route;
    if (type === 'local') return device === undefined ? 'local' : 'unicast';
    return type === 'throw' ? 'unreachable' : type;
  }

  #questionOf(family: IpFamily, destination: TracedAddress): RouteQuestion {
    return { family, destination, source: undefined, mark: 0, inDevice: undefined };
  }

  #source4(device: string | undefined, nextHop: TracedAddress | undefined, scope: number): TracedAddress | undefined {
    const routesLoopback = deviceSetting(this, device, 'route_localnet') === 1;
    return selectSource4({ devices: this.#devices, device, nextHop, scope, routesLoopback });
  }

  #ignoresLinkDown(family: IpFamily, device: string): boolean {
    if (family === 'ipv4') return deviceSetting(this, device, 'ignore_routes_with_linkdown') === 1;
    return false;
  }

  #isInVrf(device: string): boolean {
    const found = this.#devices.find(({ name }) => name === device);
    const master = this.#devices.find(({ name }) => name === found?.master);
    return found?.isVrf === true || master?.isVrf === true;
  }
}

function hasContent({ status }: SnapshotPart): boolean {
  return status === 'complete' || status === 'partial';
}

function localAddresses(devices: readonly Device[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, addresses } of devices) {
    for (const { local } of addresses) if (!found.has(local.text)) found.set(local.text, name);
  }
  return found;
}
