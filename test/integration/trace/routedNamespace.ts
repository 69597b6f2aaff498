import type { IpFamily } from '../../../agent/model/address.ts';
import type { PartKind, Snapshot, SnapshotPart } from '../../../agent/model/snapshot.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import type { SeededRandom } from '../iptables/ruleGenerator.ts';

/** What `ip route get` says of one question; an error in the kernel's word for it. */
export interface KernelAnswer {
  readonly type: string;
  readonly device?: string;
  readonly via?: string;
  readonly source?: string;
}

const devices = ['d0', 'd1', 'd2', 'd3'] as const;

/** A device that is down and only holds addresses, as kube-ipvs0 does. */
const heldAddresses = 'held0';

/** A network namespace with devices, addresses, routes and rules made by chance. */
export class RoutedNamespace extends NetworkNamespace {
  readonly devices = devices;
  readonly #random: SeededRandom;
  readonly #peers: NetworkNamespace;

  constructor(random: SeededRandom) {
    super('routing');
    this.#random = random;
    this.#peers = new NetworkNamespace('peers');
    const links = devices.map((name) => `link add ${name} type veth peer name p${name} netns ${this.#peers.name}\n`);
    this.#batch(`${links.join('')}link add ${heldAddresses} type bridge\nlink set ${heldAddresses} arp off\n`);
    // Addresses count at once; and whatever comes in is routed.
    for (const setting of [
      'net.ipv6.conf.all.accept_dad=0',
      'net.ipv6.conf.default.accept_dad=0',
      ...devices.map((name) => `net.ipv6.conf.${name}.accept_dad=0`),
      'net.ipv4.ip_forward=1',
      ...['all', ...devices].map((name) => `net.ipv4.conf.${name}.rp_filter=0`),
    ]) {
      this.output('sysctl', ['-qw', setting]);
    }
    // The last one has no carrier.
    for (const name of devices.slice(0, -1)) this.#peers.output('ip', ['link', 'set', `p${name}`, 'up']);
    this.#batch(devices.map((name) => `link set ${name} up\n`).join(''));
  }

  override [Symbol.dispose](): void {
    this.#peers[Symbol.dispose]();
    super[Symbol.dispose]();
  }

  /** Adds what the kernel takes of the generated addresses, routes and rules. */
  fill(): void {
    const random = this.#random;
    if (random.below(2) === 0) this.output('sysctl', ['-qw', 'net.ipv4.conf.d3.ignore_routes_with_linkdown=1']);
    // Without own rules, IPv4 looks into local and main at once.
    const rules = random.below(3) > 0 ? 8 : 0;
    for (const family of ['ipv4', 'ipv6'] as const) {
      const add = (count: number, make: () => string): void => {
        const lines = Array.from({ length: count }, () => `${make()}\n`);
        this.#batch(lines.join(''), family === 'ipv4' ? '-4' : '-6');
      };
      add(8, () => this.#address(family));
      // Also without asking neighbours, IPv6 takes addresses into use a moment later.
      while (this.output('ip', ['-6', 'addr', 'show', 'tentative']) !== '');
      add(40, () => this.#route(family));
      add(rules, () => this.#rule(family));
    }
  }

  /** An address that is near to those of routes. */
  address(family: IpFamily): string {
    const small = (): number => this.#random.below(4);
    if (family === 'ipv4') return `10.${small()}.${small()}.${this.#random.pick([0, 1, 2, 3, 9, 255])}`;
    return `fd00:${small()}:0:${small()}::${this.#random.pick([0, 1, 2, 3, 9])}`;
  }

  /** The namespace as the agent would see it. */
  snapshot(form: 'json' | 'text'): Snapshot {
    const json = form === 'json' ? ['-j'] : [];
    const part = (id: string, kind: PartKind, text: string, family?: IpFamily): SnapshotPart => ({
      id,
      kind,
      ...(family === undefined ? {} : { family }),
      source: [],
      status: 'complete',
      durationMs: 0,
      text,
    });
    const ip = (...argv: string[]): string => this.output('ip', [...json, ...argv]);
    return {
      takenAt: '2026-01-01T00:00:00Z',
      nodeName: this.name,
      origin: 'files',
      parts: [
        part('addresses', 'addresses', ip('addr')),
        part('routes', 'routes', ip('-4', 'route', 'show', 'table', 'all'), 'ipv4'),
        part('routes6', 'routes', ip('-6', 'route', 'show', 'table', 'all'), 'ipv6'),
        part('rules', 'routing-rules', ip('-4', 'rule'), 'ipv4'),
        part('rules6', 'routing-rules', ip('-6', 'rule'), 'ipv6'),
        part('sysctls', 'sysctls', this.output('sysctl', ['-a', '-r', '^net\\.ipv[46]\\.conf'])),
      ],
    };
  }

  /** Asks the kernel all questions at once: the words behind `ip route get`. */
  ask(family: IpFamily, questions: readonly string[]): KernelAnswer[] {
    const flag = family === 'ipv4' ? '-4' : '-6';
    const input = questions.map((question) => `route get ${question}\n`).join('');
    const { stdout, stderr } = this.run('ip', [flag, '-j', '-force', '-batch', '-'], input);
    const answers = stdout.split('\n').filter((line) => line.startsWith('['));
    const failures = readFailures(stderr);
    return questions.map((_, index) => {
      const failure = failures.get(index + 1);
      return failure === undefined ? answerOf(answers.shift() ?? '') : { type: failure };
    });
  }

  #batch(lines: string, ...flags: string[]): void {
    this.run('ip', [...flags, '-force', '-batch', '-'], lines);
  }

  #prefix(family: IpFamily): string {
    const lengths = family === 'ipv4' ? [8, 14, 15, 16, 22, 23, 24, 30, 31, 32] : [16, 32, 47, 64, 120, 126, 127, 128];
    return this.#random.below(10) === 0 ? 'default' : `${this.address(family)}/${this.#random.pick(lengths)}`;
  }

  #address(family: IpFamily): string {
    const random = this.#random;
    const device = random.pick([...devices, 'lo', heldAddresses]);
    const length = random.pick(family === 'ipv4' ? [16, 24, 24, 30, 31, 32] : [32, 64, 64, 127, 128]);
    const own = this.address(family);
    const words = random.below(6) === 0 ? `${own} peer ${this.address(family)}/${length}` : `${own}/${length}`;
    const scope = family === 'ipv4' ? random.pick(['', '', '', 'scope link', 'scope host']) : '';
    const option = random.pick(['', '', '', 'noprefixroute', ...(family === 'ipv6' ? ['preferred_lft 0'] : ['brd +'])]);
    return `addr add ${words} dev ${device} ${scope} ${option}`;
  }

  #route(family: IpFamily): string {
    const random = this.#random;
    const type = random.pick(['', '', '', '', '', '', 'blackhole', 'unreachable', 'prohibit', 'throw', 'local']);
    const words = ['route append', type, this.#prefix(family)];
    const hop = (): string => {
      const device = random.pick(devices);
      return random.below(3) === 0 ? `dev ${device}` : `via ${this.address(family)} dev ${device} onlink`;
    };
    const hasTwoHops = type === '' && random.below(6) === 0;
    if (type === 'local') words.push(`dev ${random.pick(['lo', ...devices])}`);
    else if (type === '' && !hasTwoHops) words.push(hop());
    words.push(random.pick(['', '', 'table 100', 'table 101', type === 'local' ? 'table local' : '']));
    words.push(random.pick(['', '', `metric ${1 + random.below(3)}`]));
    if (type === '' && random.below(4) === 0) words.push(`src ${this.address(family)}`);
    if (family === 'ipv4' && random.below(12) === 0) words.push('tos 0x10');
    if (family === 'ipv6' && random.below(10) === 0) words.push(`from ${this.#prefix(family)}`);
    if (family === 'ipv6' && random.below(8) === 0) words.push(`pref ${random.pick(['low', 'high'])}`);
    if (hasTwoHops) words.push(`nexthop ${hop()} nexthop ${hop()} weight 3`);
    return words.join(' ');
  }

  #rule(family: IpFamily): string {
    const random = this.#random;
    const words = ['rule add', `priority ${random.below(40) * 1000}`];
    if (random.below(4) === 0) words.push('not');
    if (random.below(3) === 0) words.push(`from ${this.#prefix(family)}`);
    if (random.below(3) === 0) words.push(`to ${this.#prefix(family)}`);
    if (random.below(3) === 0) words.push(random.pick(['fwmark 0x1', 'fwmark 0x2/0x2', 'fwmark 0x0/0x4']));
    if (random.below(4) === 0) words.push(`iif ${random.pick(['lo', ...devices])}`);
    if (random.below(8) === 0) words.push(`oif ${random.pick(devices)}`);
    if (random.below(8) === 0) words.push(random.pick(['ipproto tcp', 'dport 80-90', 'sport 1000', 'tos 0x10']));
    const tables = ['100', '101', 'main', 'local', 'default', '77'];
    const lookup = `lookup ${random.pick(tables)}`;
    const action = random.pick([lookup, lookup, lookup, `${lookup} suppress_prefixlength ${random.pick([0, 16, 24])}`]);
    words.push(random.below(6) === 0 ? random.pick(['blackhole', 'unreachable', 'prohibit', 'goto 32766']) : action);
    return words.join(' ');
  }
}

const errors: Readonly<Record<string, string>> = {
  'Network is unreachable': 'none',
  'No route to host': 'unreachable',
  'Permission denied': 'prohibit',
  'Invalid argument': 'blackhole',
};

/** By the line of the batch that failed, the error. */
function readFailures(stderr: string): ReadonlyMap<number, string> {
  const failures = new Map<number, string>();
  let error = '';
  for (const line of stderr.split('\n')) {
    const [, number] = /^Command failed -:(\d+)/.exec(line) ?? [];
    if (number !== undefined) failures.set(Number(number), error);
    else error = errors[line.replace(/^RTNETLINK answers: /, '')] ?? line;
  }
  return failures;
}

interface RouteGet {
  readonly type?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly prefsrc?: string;
}

function answerOf(line: string): KernelAnswer {
  const [{ type = 'unicast', dev, gateway, via, prefsrc } = {}] = JSON.parse(line) as RouteGet[];
  const hop = gateway ?? via?.host;
  return {
    type,
    ...(dev === undefined ? {} : { device: dev }),
    ...(hop === undefined ? {} : { via: hop }),
    ...(prefsrc === undefined ? {} : { source: prefsrc }),
  };
}
