import type { IpFamily } from '../../../agent/model/address.ts';
import type { SeededRandom } from '../../peers/seededRandom.ts';
import type { Destination } from './generatedPackets.ts';
import { familyWords } from './thirdPartyIptables.ts';

const hooks = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;
type Table = keyof typeof hooks;

const devices = ['eth0', 'cni0', 'veth1', 'cali2', 'docker0', 'flannel.1', 'lo', 'veth+', 'c+', 'nosuch0'] as const;

/** Chains of each table beside the built-in ones; each leads only to later ones. */
const ownChains = ['R1', 'R2', 'R3', 'R4', 'R5'] as const;

/** Of a hundred matches, so many ask what is not known of a packet. */
const unknownPercent = 1;

/** Rules of all tables with random matches and targets, for `iptables-restore --noflush`. */
export function randomIptables(random: SeededRandom, family: IpFamily, destinations: readonly Destination[]): string {
  const rules = new RandomRules(random, family, destinations);
  return (Object.keys(hooks) as Table[])
    .filter((table) => table !== 'security' || random.chance(30))
    .map((table) => rules.table(table))
    .join('');
}

class RandomRules {
  readonly #random: SeededRandom;
  readonly #family: IpFamily;
  readonly #ips: readonly string[];
  readonly #ports: readonly number[];

  constructor(random: SeededRandom, family: IpFamily, destinations: readonly Destination[]) {
    this.#random = random;
    this.#family = family;
    const own = destinations.filter(({ ip }) => ip.includes(':') === (family === 'ipv6'));
    const words = familyWords[family];
    this.#ips = [words['pod'], words['node'], words['container'], ...own.map(({ ip }) => ip)].flatMap((ip) => ip ?? []);
    this.#ports = [53, 80, 443, 8080, ...own.map(({ port }) => port)];
  }

  table(table: Table): string {
    const lines = [`*${table}`, ...ownChains.map((chain) => `:${chain} - [0:0]`)];
    for (const hook of hooks[table]) {
      const count = 1 + this.#random.below(5);
      for (let index = 0; index < count; index++) lines.push(this.#rule(table, hook, 0));
    }
    for (const [index, chain] of ownChains.entries()) {
      const count = 1 + this.#random.below(4);
      for (let each = 0; each < count; each++) lines.push(this.#rule(table, chain, index + 1));
    }
    return `${lines.join('\n')}\nCOMMIT\n`;
  }

  /** @param depth number of the first own chain that the rule may lead to */
  #rule(table: Table, chain: string, depth: number): string {
    const random = this.#random;
    const protocol = random.pick('', '', 'tcp', 'udp', 'sctp', 'icmp', 'tcp');
    const isLeading = depth < ownChains.length && random.chance(table === 'nat' ? 30 : 45);
    const matchCount = isLeading ? random.below(2) : 1 + random.below(3);
    const matches = [
      ...(protocol === '' ? [] : [this.#protocol(protocol)]),
      ...Array.from({ length: matchCount }, () => this.#match(table, chain)),
      ...(protocol !== '' && random.chance(50) ? [this.#protocolMatch(protocol)] : []),
    ];
    const target = isLeading
      ? `${random.pick('-j', '-j', '-g')} ${ownChains[depth + random.below(ownChains.length - depth)] ?? ''}`
      : this.#target(table, chain, protocol);
    return `-A ${chain} ${withoutRepeats(matches).join(' ')} ${target}`.replace(/ +/g, ' ').trim();
  }

  #protocol(protocol: string): string {
    const name = protocol === 'icmp' && this.#family === 'ipv6' ? 'ipv6-icmp' : protocol;
    return `-p ${name}`;
  }

  #protocolMatch(protocol: string): string {
    const random = this.#random;
    if (protocol === 'icmp') {
      return this.#family === 'ipv4'
        ? random.pick('-m icmp --icmp-type 8', '-m icmp ! --icmp-type 3/3', '-m icmp --icmp-type any')
        : random.pick('-m icmp6 --icmpv6-type 128', '-m icmp6 ! --icmpv6-type 1/4');
    }
    const port = this.#port();
    const common = [
      `-m ${protocol} --dport ${port}`,
      `-m ${protocol} --dport 1:${Math.max(port, 1)}`,
      `-m ${protocol} ! --dport ${port}`,
      `-m ${protocol} --sport 1024:30000`,
      `-m multiport --dports 22,${port},8000:9000`,
      `-m multiport ! --ports ${port},443`,
    ] as const;
    const more =
      protocol === 'tcp'
        ? ['-m tcp --tcp-flags FIN,SYN,RST,ACK SYN', '-m tcp ! --tcp-flags SYN,ACK SYN', '-m tcp --tcp-flags ACK ACK']
        : [];
    return random.pick(common[0], ...common.slice(1), ...more);
  }

  #match(table: Table, chain: string): string {
    const random = this.#random;
    const isBuiltIn = /^[A-Z]+$/.test(chain);
    const takesIn = !isBuiltIn || ['PREROUTING', 'INPUT', 'FORWARD'].includes(chain);
    const takesOut = !isBuiltIn || ['OUTPUT', 'POSTROUTING', 'FORWARD'].includes(chain);
    const not = random.chance(25) ? '! ' : '';
    const set = familyWords[this.#family]['set'] ?? '';
    if (random.chance(unknownPercent)) {
      return random.pick(
        '-m limit --limit 1/sec --limit-burst 3',
        '-m connlimit --connlimit-above 3',
        '-m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip --hashlimit-name random',
        `-m recent --name random ${not}--rcheck`,
        `-m length ${not}--length ${random.pick('0:40', '41:100', '28', '60:')}`,
        `-m dscp ${not}--dscp 0x00`,
        this.#family === 'ipv4' ? '-m ttl --ttl-gt 63' : '-m hl --hl-lt 64',
        `-m string --string "${random.pick('trace', 'nothing')}" --algo bm`,
        `-m u32 ${not}--u32 "0x0&0xf=0x5"`,
        '-m time --timestart 00:00:00 --timestop 23:59:59',
        '-m quota --quota 100',
        `-m cpu ${not}--cpu 0`,
        `-m helper ${not}--helper ftp`,
        `-m statistic --mode nth --every 3 --packet 0`,
        `-m physdev ${not}--physdev-is-bridged`,
        `-m conntrack ${not}--ctstatus ${random.pick('SEEN_REPLY', 'CONFIRMED', 'ASSURED')}`,
        `-m connbytes ${not}--connbytes 2 --connbytes-mode packets --connbytes-dir both`,
        '-m ecn --ecn-ip-ect 0',
      );
    }
    return random.pick<() => string>(
      () => `${not}-s ${this.#cidr('source')}`,
      () => `${not}-d ${this.#cidr('destination')}`,
      () => `${not}-d ${this.#ip()}`,
      () => (takesIn ? `${not}-i ${random.pick(...devices)}` : `${not}-o ${random.pick(...devices)}`),
      () => (takesOut ? `${not}-o ${random.pick(...devices)}` : `${not}-i ${random.pick(...devices)}`),
      () => `-m mark ${not}--mark ${this.#mark()}`,
      () => `-m connmark ${not}--mark ${this.#mark()}`,
      () =>
        `-m conntrack ${not}--ctstate ${random.pick('NEW', 'RELATED,ESTABLISHED', 'INVALID', 'DNAT', 'SNAT', 'NEW,UNTRACKED')}`,
      () => `-m state ${not}--state ${random.pick('NEW', 'ESTABLISHED', 'INVALID,UNTRACKED')}`,
      () => `-m conntrack ${not}--ctorigdst ${this.#cidr('destination')}`,
      () => `-m conntrack ${not}--ctorigsrc ${this.#cidr('source')}`,
      () => `-m conntrack ${not}--ctorigdstport ${this.#port()}`,
      () =>
        `-m conntrack --ctproto ${random.pick(6, 17)} ${not}--ctdir ORIGINAL`.replace(
          '! --ctdir ORIGINAL',
          '--ctdir REPLY',
        ),
      () =>
        `-m addrtype ${not}--dst-type ${random.pick('LOCAL', 'UNICAST', 'LOCAL,UNICAST', ...(this.#family === 'ipv4' ? ['BLACKHOLE,UNREACHABLE'] : []))}`,
      () => `-m addrtype ${not}--src-type ${random.pick('LOCAL', 'UNICAST')}`,
      () =>
        chain === 'PREROUTING' ? '-m addrtype --dst-type LOCAL --limit-iface-in' : '-m addrtype ! --dst-type LOCAL',
      () => `-m set ${not}--match-set cali${set}${random.pick('masq', 'all', 's-web')} ${random.pick('src', 'dst')}`,
      () => `-m set ${not}--match-set cali${set}n-db dst,dst`,
      () => `-m set ${not}--match-set KUBE-POD-${set} src,src`,
      () => `-m set ${not}--match-set any-${set} ${random.pick('src', 'dst')}`,
      () => `-m iprange ${not}--${random.pick('src', 'dst')}-range ${this.#range()}`,
      () => '-m statistic --mode random --probability 0.5',
      () => `-m comment --comment "${random.pick('it is', 'a \\"quoted\\" word')}"`,
      () => `-m pkttype ${not}--pkt-type unicast`,
      () =>
        chain === 'PREROUTING' && (table === 'raw' || table === 'mangle')
          ? `-m rpfilter ${random.pick('', '--loose ', '--validmark ')}${random.chance(70) ? '--invert' : ''}`
          : '',
    )();
  }

  #target(table: Table, chain: string, protocol: string): string {
    const random = this.#random;
    const isIpv6 = this.#family === 'ipv6';
    const plain = ['', '-j RETURN', '-j ACCEPT', '-j LOG --log-prefix "random "', '-j NFLOG --nflog-group 9'] as const;
    if (random.chance(35)) return random.pick(...plain);
    switch (table) {
      case 'raw':
        return random.pick(
          '-j CT --notrack',
          '-j MARK --set-xmark 0x20/0x20',
          '-j DROP',
          '-j ACCEPT',
          '-j CT --notrack',
        );
      case 'mangle':
        return random
          .pick(
            `-j MARK --set-xmark ${this.#mark()}`,
            `-j MARK --set-mark ${this.#mark()}`,
            '-j MARK --or-mark 0x1000',
            '-j MARK --and-mark 0xffffefff',
            '-j MARK --xor-mark 0x30',
            `-j CONNMARK --set-xmark ${this.#mark()}`,
            '-j CONNMARK --save-mark',
            '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
            isIpv6 ? '-j HL --hl-set 33' : '-j TTL --ttl-dec 1',
            '-j DSCP --set-dscp 0x0a',
            ...(random.chance(5) ? ['-j NFQUEUE --queue-num 3 --queue-bypass', '-j CHECKSUM --checksum-fill'] : []),
            ...(['FORWARD', 'OUTPUT', 'POSTROUTING'].includes(chain) ? ['-j CLASSIFY --set-class 1:2'] : []),
            ...(protocol === 'tcp' ? ['-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200'] : []),
            '-j DROP',
          )
          .replace(/^-p tcp /, '');
      case 'nat':
        return this.#translation(chain, protocol);
      default:
        return random.pick(
          '-j DROP',
          '-j ACCEPT',
          ...(chain === 'INPUT' || chain === 'FORWARD' || chain === 'OUTPUT' || table === 'filter'
            ? table === 'filter'
              ? this.#rejections(protocol)
              : ['-j ACCEPT']
            : ['-j ACCEPT']),
        );
    }
  }

  #rejections(protocol: string): readonly string[] {
    const kinds =
      this.#family === 'ipv4'
        ? [
            'port-unreachable',
            'net-unreachable',
            'host-unreachable',
            'proto-unreachable',
            'net-prohibited',
            'host-prohibited',
            'admin-prohibited',
          ].map((kind) => `icmp-${kind}`)
        : [
            'icmp6-no-route',
            'icmp6-adm-prohibited',
            'icmp6-addr-unreachable',
            'icmp6-port-unreachable',
            'icmp6-policy-fail',
            'icmp6-reject-route',
          ];
    const [kind = ''] = this.#random.some(1, kinds);
    return [
      `-j REJECT --reject-with ${kind}`,
      '-j REJECT',
      ...(protocol === 'tcp' ? ['-j REJECT --reject-with tcp-reset'] : []),
    ];
  }

  /** Own chains of nat may be called from any hook, and the kernel refuses what does not belong there. */
  #translation(chain: string, protocol: string): string {
    const random = this.#random;
    const hasPorts = ['tcp', 'udp', 'sctp'].includes(protocol);
    const ip = familyWords[this.#family][random.pick('pod', 'container', 'node')] ?? '';
    const at = this.#family === 'ipv6' ? `[${ip}]` : ip;
    const port = this.#port();
    if (chain === 'PREROUTING' || chain === 'OUTPUT') {
      return random.pick(
        `-j DNAT --to-destination ${ip}`,
        ...(hasPorts ? [`-j DNAT --to-destination ${at}:${port}`, `-j REDIRECT --to-ports ${port}`] : ['-j REDIRECT']),
        '-j ACCEPT',
        `-j NETMAP --to ${this.#family === 'ipv4' ? '172.18.0.0/24' : 'fd00:172:18::/120'}`,
      );
    }
    if (chain === 'POSTROUTING') {
      return random.pick(
        '-j MASQUERADE',
        '-j MASQUERADE --random-fully',
        `-j SNAT --to-source ${familyWords[this.#family]['node'] ?? ''}`,
        '-j ACCEPT',
      );
    }
    if (chain === 'INPUT')
      return random.pick(`-j SNAT --to-source ${familyWords[this.#family]['pod'] ?? ''}`, '-j ACCEPT', '-j RETURN');
    return random.pick('-j ACCEPT', '-j RETURN', '-j MARK --set-xmark 0x4000/0x4000', '-j MARK --set-xmark 0x40/0x40');
  }

  #mark(): string {
    return this.#random.pick('0x1', '0x20/0x20', '0x0/0xf0', '0x4000/0x4000', '0x200/0xf00', '0x10/0x30');
  }

  #ip(): string {
    return this.#ips[this.#random.below(this.#ips.length)] ?? '';
  }

  #port(): number {
    return this.#ports[this.#random.below(this.#ports.length)] ?? 80;
  }

  #cidr(part: 'source' | 'destination'): string {
    const words = familyWords[this.#family];
    const names =
      part === 'source'
        ? (['pods', 'somePods', 'outside', 'containers', 'pod', 'node'] as const)
        : (['pods', 'services', 'containers', 'node', 'outside', 'loopback'] as const);
    return words[this.#random.pick(names[0], ...names.slice(1))] ?? '';
  }

  #range(): string {
    return this.#family === 'ipv4'
      ? this.#random.pick('10.244.0.1-10.244.0.60', '198.51.100.1-198.51.100.99', '10.96.0.3-10.96.0.20')
      : this.#random.pick(
          'fd00:10:244::1-fd00:10:244::60',
          '2001:db8:100::1-2001:db8:100::7fff',
          'fd00:10:96::3-fd00:10:96::20',
        );
  }
}

/** A rule has at most one of `-s`, `-d`, `-i` and `-o`. */
function withoutRepeats(matches: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return matches.filter((match) => {
    const key = /^(?:! )?(-[sdio]) /.exec(match)?.[1] ?? match;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
