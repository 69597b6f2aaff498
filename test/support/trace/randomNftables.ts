import type { SeededRandom } from '../../peers/seededRandom.ts';
import type { Destination } from './generatedPackets.ts';

const chainHooks = {
  filter: ['prerouting', 'input', 'forward', 'output', 'postrouting'],
  route: ['output'],
  nat: ['prerouting', 'input', 'output', 'postrouting'],
} as const;

/** Priorities at which others stand, and some between them. */
const priorities = {
  filter: [-310, -300, -201, -199, -150, -145, -101, -99, -10, 0, 7, 50, 101, 225],
  route: [-150, -5, 3],
} as const;
const natPriorities = { destination: [-105, -100, -95], source: [95, 100, 105] } as const;

/** Of a hundred matches, so many ask what is not known of a packet. */
const unknownPercent = 1;

const ownChains = ['r1', 'r2', 'r3', 'r4'] as const;

type TableFamily = 'ip' | 'ip6' | 'inet';
type Hook = (typeof chainHooks.filter)[number];

/**
 * Tables of all families with random chains, sets, maps and rules, for `nft -f`. None asks `meta nfproto`, which nft 1.0.6
 * does not always print: it takes some for what another condition implies.
 */
export function randomNftables(random: SeededRandom, destinations: readonly Destination[]): string {
  const families = random.shuffled<TableFamily>(['ip', 'ip6', 'inet']).slice(0, 2 + random.below(2));
  return families.map((family) => new RandomTable(random, family, destinations).text()).join('');
}

const sets = `  set v4 { type ipv4_addr; elements = { 10.244.254.9, 172.18.0.5, 10.0.2.15 } }
  set v4nets { type ipv4_addr; flags interval; elements = { 10.244.0.0/25, 198.51.100.10-198.51.100.90, 10.96.0.0/28 } }
  set v6nets { type ipv6_addr; flags interval; elements = { fd00:10:244::/121, 2001:db8:100::/64, fd00:10:96::/124 } }
  set ports { type inet_service; flags interval; elements = { 22, 80, 1000-5000, 30000-30050 } }
  set pairs { type inet_proto . inet_service; elements = { tcp . 80, udp . 53, tcp . 443, sctp . 3868 } }
  set some_devices { type ifname; elements = { "cni0", "cali2", "lo" } }
  set seen4 { type ipv4_addr; flags dynamic; }
  map port_marks { type inet_service : mark; elements = { 80 : 0x11, 443 : 0x22, 53 : 0x33 } }
  map net_marks { type ipv4_addr : mark; flags interval; elements = { 10.96.0.0/28 : 0x10, 10.96.0.16-10.96.0.40 : 0x20 } }
  map fates { type inet_proto . inet_service : verdict; elements = { tcp . 22 : drop, udp . 53 : accept, tcp . 443 : jump r4, tcp . 8080 : goto r4 } }
`;

class RandomTable {
  readonly #random: SeededRandom;
  readonly #family: TableFamily;
  readonly #ips: readonly string[];
  readonly #ports: readonly number[];

  constructor(random: SeededRandom, family: TableFamily, destinations: readonly Destination[]) {
    this.#random = random;
    this.#family = family;
    this.#ips = destinations.map(({ ip }) => ip);
    this.#ports = [53, 80, 443, 8080, ...destinations.map(({ port }) => port)];
  }

  text(): string {
    const random = this.#random;
    const chains = ownChains.map((name, index) => this.#chain(name, '', 'own', index + 1));
    const base = Array.from({ length: 3 + random.below(5) }, (_, index) => this.#baseChain(index));
    // What is led to is declared before it is used.
    const declared = ownChains.map((name) => `  chain ${name} { }\n`);
    return `table ${this.#family} mixture {\n${declared.join('')}${sets}${[...chains.reverse(), ...base].join('')}}\n`;
  }

  #baseChain(index: number): string {
    const random = this.#random;
    const type = random.pick<'filter' | 'nat' | 'route'>('filter', 'filter', 'filter', 'nat', 'nat', 'route');
    const hooks: readonly Hook[] = chainHooks[type];
    const hook = hooks[random.below(hooks.length)] ?? 'output';
    const choices: readonly number[] =
      type === 'filter' ? priorities.filter : type === 'route' ? priorities.route : natPriorities[natSide(hook)];
    const priority = choices[random.below(choices.length)] ?? 0;
    const head = `type ${type} hook ${hook} priority ${priority}; policy accept; `;
    return this.#chain(`base${index}`, head, type === 'nat' ? `nat ${hook}` : hook, 0);
  }

  #chain(name: string, head: string, place: string, depth: number): string {
    const count = 1 + this.#random.below(5);
    const rules = Array.from({ length: count }, () => `    ${this.#rule(place, depth)}\n`);
    return `  chain ${name} {\n    ${head}\n${rules.join('')}  }\n`;
  }

  #rule(place: string, depth: number): string {
    const random = this.#random;
    const isLeading = depth < ownChains.length && random.chance(35);
    const count = isLeading ? random.below(2) : 1 + random.below(3);
    const matches = Array.from({ length: count }, () => this.#match(place));
    const statement = isLeading
      ? `${random.pick('jump', 'jump', 'goto')} ${ownChains[depth + random.below(ownChains.length - depth)] ?? ''}`
      : this.#statement(place, depth);
    return [...new Set(matches), random.chance(20) ? 'counter' : '', statement].filter((word) => word !== '').join(' ');
  }

  #match(place: string): string {
    const random = this.#random;
    const not = random.chance(25) ? '!= ' : '';
    const takesIn = ['prerouting', 'input', 'forward', 'nat prerouting', 'nat input', 'own'].includes(place);
    const takesOut = ['output', 'postrouting', 'forward', 'nat output', 'nat postrouting', 'own'].includes(place);
    const device = random.pick('"eth0"', '"cni0"', '"veth1"', '"cali*"', '{ "docker0", "flannel.1" }', '@some_devices');
    const port = this.#port();
    const v4 = this.#family !== 'ip6';
    const v6 = this.#family !== 'ip';
    if (random.chance(unknownPercent)) {
      return random.pick(
        'meta length < 50',
        'limit rate 5/second',
        v4 ? 'ip ttl > 63' : 'ip6 hoplimit 63',
        v4 ? 'jhash ip saddr mod 2 == 1' : 'jhash ip6 saddr mod 2 == 1',
        'symhash mod 2 == 1',
        'quota until 100 bytes',
        'quota over 1 mbytes',
        'ct packets > 1',
        'ct bytes < 200',
        'meta cpu 0',
        'meta iifgroup 1',
        'rt classid 1',
        'ct expiration > 1s',
        'ct helper "ftp"',
        'meta time > "2020-01-01 00:00:00"',
        'tcp option maxseg exists',
        'numgen inc mod 3 == 0',
        'ct count over 3',
        'meta priority 1:2',
        '@th,0,16 > 1000',
      );
    }
    return random.pick<() => string>(
      () =>
        v4
          ? `ip saddr ${not}${random.pick('10.244.0.0/16', '198.51.100.0/25', '@v4', '@v4nets', '{ 10.0.2.0/24, 172.16.0.0/12 }')}`
          : '',
      () =>
        v4
          ? `ip daddr ${not}${random.pick('10.96.0.0/16', '@v4', '@v4nets', '10.96.0.2-10.96.0.30', '{ 10.0.2.15, 10.244.0.0/24 }')}`
          : '',
      () => (v6 ? `ip6 saddr ${not}${random.pick('fd00:10:244::/64', '2001:db8:100::/64', '@v6nets')}` : ''),
      () =>
        v6
          ? `ip6 daddr ${not}${random.pick('fd00:10:96::/112', '@v6nets', '{ 2001:db8:f::15, fd00:10:244::/120 }')}`
          : '',
      () => this.#ofAddress(),
      () => (takesIn ? `iifname ${not}${device}` : `oifname ${not}${device}`),
      () => (takesOut ? `oifname ${not}${device}` : `iifname ${not}${device}`),
      () => `meta l4proto ${not}${random.pick('tcp', 'udp', 'sctp', '{ tcp, udp }', 'icmp', 'ipv6-icmp')}`,
      () => `tcp dport ${not}${random.pick(String(port), '{ 22, 80, 443 }', '1-1024', '@ports')}`,
      () => `udp dport ${not}${random.pick(String(port), '@ports')}`,
      () => `th dport ${not}${random.pick(String(port), '@ports')}`,
      () => `meta l4proto . th dport ${not}@pairs`,
      () =>
        `tcp flags ${random.pick('syn', '& (fin | syn | rst | ack) == syn', '& (syn | ack) != syn', '& ack == ack')}`,
      () => `meta mark ${random.pick('0x11', '!= 0', '& 0xf0 == 0x10', '& 0x4000 != 0')}`,
      () => `ct mark ${random.pick('0x7', '!= 0', '& 0xf0 == 0x20')}`,
      () => `ct state ${random.pick('new', 'established,related', '{ new, untracked }', 'invalid', '!= new')}`,
      () => `ct status ${random.pick('dnat', '& dnat == 0', 'snat')}`,
      () => `ct direction ${random.pick('original', 'reply')}`,
      () => (v4 ? `ct original ip daddr ${not}10.96.0.0/16` : `ct original ip6 daddr ${not}fd00:10:96::/112`),
      () => `meta l4proto tcp ct original proto-dst ${port}`,
      () => `fib daddr type ${not}${random.pick('local', 'unicast')}`,
      () =>
        place === 'prerouting'
          ? `fib saddr . iif oif ${random.pick('missing', 'exists')}`
          : `fib saddr type ${not}local`,
      () => `numgen random mod 4 ${random.pick('== 1', '< 2', '!= 3')}`,
      () =>
        v4
          ? `ip protocol ${random.pick('tcp', 'udp', 'icmp')}`
          : `ip6 nexthdr ${random.pick('tcp', 'udp', 'ipv6-icmp')}`,
      () => (v4 ? 'icmp type echo-request' : 'icmpv6 type echo-request'),
      () => 'meta pkttype unicast',
    )();
  }

  #statement(place: string, depth: number): string {
    const random = this.#random;
    const mark = random.pick(
      'meta mark set 0x11',
      'meta mark set meta mark or 0x40',
      'meta mark set meta mark & 0xffffff0f',
      'meta mark set ct mark',
      'ct mark set meta mark',
      'ct mark set 0x27',
      'tcp dport { 53, 80, 443 } meta mark set tcp dport map @port_marks',
      'meta mark set numgen random mod 2 map { 0 : 0x10, 1 : 0x20 }',
      ...(this.#family === 'ip6' ? [] : ['meta mark set ip daddr map @net_marks', 'update @seen4 { ip saddr }']),
    );
    const plain = random.pick('accept', 'return', mark, mark, 'log prefix "random "', 'counter');
    if (place.startsWith('nat '))
      return random.chance(40) ? plain.replace('accept', 'return') : this.#translation(place);
    if (random.chance(60)) return plain;
    if (place === 'prerouting' && random.chance(30)) return 'notrack';
    if (depth < 3 && random.chance(30)) {
      return random.pick(
        'meta l4proto . th dport vmap @fates',
        'ct state vmap { new : continue, established : accept, invalid : drop }',
        `numgen random mod 3 vmap { 0 : return, 1 : continue, 2 : jump r4 }`,
        'th dport vmap { 22 : drop, 1000-5000 : jump r4, 8080 : return }',
      );
    }
    const isWhereRejected = ['input', 'forward', 'output', 'prerouting'].includes(place);
    return isWhereRejected ? random.pick('drop', 'reject', ...this.#rejections()) : 'drop';
  }

  #rejections(): readonly string[] {
    const tcp = 'meta l4proto tcp reject with tcp reset';
    if (this.#family === 'ip') return [tcp, 'reject with icmp host-prohibited', 'reject with icmp admin-prohibited'];
    if (this.#family === 'ip6') return [tcp, 'reject with icmpv6 no-route', 'reject with icmpv6 admin-prohibited'];
    return [
      tcp,
      'reject with icmpx admin-prohibited',
      'reject with icmpx no-route',
      'reject with icmpx host-unreachable',
    ];
  }

  #translation(place: string): string {
    const random = this.#random;
    const to =
      this.#family === 'ip6'
        ? { pod: 'fd00:10:244:fe::9', container: '[fd00:172:18::5]', node: '2001:db8:f::15' }
        : { pod: '10.244.254.9', container: '172.18.0.5', node: '10.0.2.15' };
    const word = this.#family === 'inet' ? 'ip ' : '';
    if (place === 'nat prerouting' || place === 'nat output') {
      return random.pick(
        `dnat ${word}to ${to.pod}`,
        `meta l4proto tcp dnat ${word}to ${to.container}:8443`,
        `meta l4proto { tcp, udp } redirect to :${this.#port()}`,
        this.#family === 'ip' ? 'dnat to numgen random mod 2 map { 0 : 10.244.254.9, 1 : 172.18.0.5 }' : 'accept',
        this.#family === 'ip'
          ? 'dnat to ip daddr . tcp dport map { 10.0.2.15 . 80 : 172.18.0.5 . 8080, 10.0.2.15 . 443 : 10.244.254.9 . 443 }'
          : 'return',
      );
    }
    if (place === 'nat postrouting')
      return random.pick('masquerade', 'masquerade fully-random', `snat ${word}to ${to.node}`, 'accept');
    return random.pick(`snat ${word}to ${to.pod}`, 'accept', 'return');
  }

  #ofAddress(): string {
    const ips = this.#ips.filter((ip) => (ip.includes(':') ? this.#family !== 'ip' : this.#family !== 'ip6'));
    const ip = ips[this.#random.below(ips.length)];
    return ip === undefined ? '' : `${ip.includes(':') ? 'ip6' : 'ip'} daddr ${ip}`;
  }

  #port(): number {
    return this.#ports[this.#random.below(this.#ports.length)] ?? 80;
  }
}

function natSide(hook: Hook): keyof typeof natPriorities {
  return hook === 'prerouting' || hook === 'output' ? 'destination' : 'source';
}
