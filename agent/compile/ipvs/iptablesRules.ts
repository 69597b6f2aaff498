import type { IpFamily } from '../../model/address.ts';
import { type IpvsSetRole, ipvsSetName } from '../../model/ipvsSets.ts';
import type { IptablesTable, ServiceTable } from '../../model/serviceRules.ts';
import { iptablesLocalDetection } from '../localDetection.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { IpvsSetEntries } from './setEntries.ts';

/**
 * kube-proxy's rules of iptables in ipvs mode (pkg/proxy/ipvs/proxier.go, createAndLinkKubeChain and
 * writeIptablesRules). They are few and do not grow with the Services: the ipsets do.
 */
export function compileIpvsIptables(
  sets: IpvsSetEntries,
  options: ProxyOptions,
  family: IpFamily,
): ReadonlyMap<ServiceTable, IptablesTable> {
  const writer = new RuleWriter(sets, options, family);
  return new Map([
    ['nat', { chains: writer.natChains(), hooks: natHooks }],
    ['filter', { chains: writer.filterChains(), hooks: filterHooks }],
  ]);
}

type Chains = ReadonlyMap<string, readonly string[]>;

const natHooks: Chains = new Map([
  ['PREROUTING', [jump('kubernetes service portals', 'KUBE-SERVICES')]],
  ['OUTPUT', [jump('kubernetes service portals', 'KUBE-SERVICES')]],
  ['POSTROUTING', [jump('kubernetes postrouting rules', 'KUBE-POSTROUTING')]],
]);

/** Each is put before the ones that are there, so that they stand in the reverse order of kube-proxy's list. */
const filterHooks: Chains = new Map([
  [
    'INPUT',
    [
      jump('kubernetes ipvs access filter', 'KUBE-IPVS-FILTER'),
      jump('kube-proxy firewall rules', 'KUBE-PROXY-FIREWALL'),
      jump('kubernetes health check rules', 'KUBE-NODE-PORT'),
    ],
  ],
  [
    'FORWARD',
    [jump('kube-proxy firewall rules', 'KUBE-PROXY-FIREWALL'), jump('kubernetes forwarding rules', 'KUBE-FORWARD')],
  ],
  ['OUTPUT', [jump('kubernetes ipvs access filter', 'KUBE-IPVS-OUT-FILTER')]],
]);

function jump(comment: string, target: string): string {
  return `-m comment --comment "${comment}" -j ${target}`;
}

/** The comments of rules that match a set, as iptables-save quotes them. */
const comments = {
  'KUBE-LOOP-BACK': 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose',
  'KUBE-CLUSTER-IP': 'Kubernetes service cluster ip + port for masquerade purpose',
  'KUBE-EXTERNAL-IP': 'Kubernetes service external ip + port for masquerade and filter purpose',
  'KUBE-EXTERNAL-IP-LOCAL': 'Kubernetes service external ip + port with externalTrafficPolicy=local',
  'KUBE-LOAD-BALANCER': 'Kubernetes service lb portal',
  'KUBE-LOAD-BALANCER-LOCAL': 'Kubernetes service load balancer ip + port with externalTrafficPolicy=local',
  'KUBE-LOAD-BALANCER-FW': 'Kubernetes service load balancer ip + port for load balancer with sourceRange',
  'KUBE-LOAD-BALANCER-SOURCE-IP': 'Kubernetes service load balancer ip + port + source IP for packet filter purpose',
  'KUBE-LOAD-BALANCER-SOURCE-CIDR':
    'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  'KUBE-NODE-PORT-TCP': 'Kubernetes nodeport TCP port for masquerade purpose',
  'KUBE-NODE-PORT-LOCAL-TCP': 'Kubernetes nodeport TCP port with externalTrafficPolicy=local',
  'KUBE-NODE-PORT-UDP': 'Kubernetes nodeport UDP port for masquerade purpose',
  'KUBE-NODE-PORT-LOCAL-UDP': 'Kubernetes nodeport UDP port with externalTrafficPolicy=local',
  'KUBE-NODE-PORT-SCTP-HASH': "Kubernetes nodeport SCTP port for masquerade purpose with type \\'hash ip:port\\'",
  'KUBE-NODE-PORT-LOCAL-SCTP-HASH':
    "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type \\'hash ip:port\\'",
  'KUBE-HEALTH-CHECK-NODE-PORT': 'Kubernetes health check node port',
} as const;

type CommentedRole = keyof typeof comments;

const protocolNumbers = { tcp: 6, udp: 17, sctp: 132 } as const;

class RuleWriter {
  readonly #sets: IpvsSetEntries;
  readonly #options: ProxyOptions;
  readonly #family: IpFamily;
  readonly #mark: string;

  constructor(sets: IpvsSetEntries, options: ProxyOptions, family: IpFamily) {
    this.#sets = sets;
    this.#options = options;
    this.#family = family;
    this.#mark = `0x${(2 ** options.masqueradeBit).toString(16)}`;
  }

  natChains(): Chains {
    const mark = this.#mark;
    const randomly = this.#options.kernel.masqueradeRandomFully ? ' --random-fully' : '';
    return new Map([
      ['KUBE-SERVICES', this.#services()],
      [
        'KUBE-POSTROUTING',
        [
          ...this.#ifFilled('KUBE-LOOP-BACK', 'dst,dst,src', 'MASQUERADE'),
          `-m mark ! --mark ${mark}/${mark} -j RETURN`,
          // Or the packet would be masqueraded again if it comes through here again.
          `-j MARK --set-xmark ${mark}/0x0`,
          `-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE${randomly}`,
        ],
      ],
      ['KUBE-NODE-PORT', this.#nodePorts()],
      ['KUBE-LOAD-BALANCER', [...this.#ifFilled('KUBE-LOAD-BALANCER-LOCAL', 'dst,dst', 'RETURN'), '-j KUBE-MARK-MASQ']],
      ['KUBE-MARK-MASQ', [`-j MARK --set-xmark ${mark}/${mark}`]],
    ]);
  }

  filterChains(): Chains {
    const mark = this.#mark;
    const health = 'KUBE-HEALTH-CHECK-NODE-PORT';
    return new Map([
      [
        'KUBE-FORWARD',
        [
          `-m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
          '-m comment --comment "kubernetes forwarding conntrack rule" ' +
            '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ],
      ],
      ['KUBE-NODE-PORT', [`${this.#commented(health, 'dst')} -j ACCEPT`]],
      ['KUBE-PROXY-FIREWALL', this.#ifFilled('KUBE-LOAD-BALANCER-FW', 'dst,dst', 'KUBE-SOURCE-RANGES-FIREWALL')],
      [
        'KUBE-SOURCE-RANGES-FIREWALL',
        [
          ...this.#ifFilled('KUBE-LOAD-BALANCER-SOURCE-CIDR', 'dst,dst,src', 'RETURN'),
          ...this.#ifFilled('KUBE-LOAD-BALANCER-SOURCE-IP', 'dst,dst,src', 'RETURN'),
          '-j DROP',
        ],
      ],
      ['KUBE-IPVS-FILTER', this.#accessFilter()],
      ['KUBE-IPVS-OUT-FILTER', this.#closedFrontends()],
    ]);
  }

  #services(): string[] {
    const rules = [`-s ${this.#family === 'ipv4' ? '127.0.0.0/8' : '::1/128'} -j RETURN`];
    rules.push(...this.#ifFilled('KUBE-LOAD-BALANCER', 'dst,dst', 'KUBE-LOAD-BALANCER'));
    if (this.#isFilled('KUBE-CLUSTER-IP')) rules.push(this.#clusterIps());
    if (this.#isFilled('KUBE-EXTERNAL-IP')) {
      rules.push(`${this.#commented('KUBE-EXTERNAL-IP', 'dst,dst')} -j KUBE-MARK-MASQ`);
      rules.push(...this.#acceptExternal('KUBE-EXTERNAL-IP'));
    }
    if (this.#isFilled('KUBE-EXTERNAL-IP-LOCAL')) rules.push(...this.#acceptExternal('KUBE-EXTERNAL-IP-LOCAL'));
    rules.push('-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT');
    for (const role of ['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'] as const) {
      if (this.#isFilled(role)) rules.push(`${this.#match(role, 'dst,dst')} -j ACCEPT`);
    }
    return rules;
  }

  /** Masquerades what comes to cluster IPs from outside of the cluster, or what looks as if it came from one of them. */
  #clusterIps(): string {
    if (this.#options.masqueradeAll) return `${this.#commented('KUBE-CLUSTER-IP', 'dst,dst')} -j KUBE-MARK-MASQ`;
    const detection = iptablesLocalDetection(this.#options.localDetector, this.#family);
    if (detection === undefined) return `${this.#commented('KUBE-CLUSTER-IP', 'src,dst')} -j KUBE-MARK-MASQ`;
    return `${detection.ifNotLocal} ${this.#commented('KUBE-CLUSTER-IP', 'dst,dst')} -j KUBE-MARK-MASQ`;
  }

  /** What comes neither over a bridge nor from the node itself, and what the routing table says is the node's. */
  #acceptExternal(role: 'KUBE-EXTERNAL-IP' | 'KUBE-EXTERNAL-IP-LOCAL'): string[] {
    const match = this.#commented(role, 'dst,dst');
    return [
      `${match} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT`,
      `${match} -m addrtype --dst-type LOCAL -j ACCEPT`,
    ];
  }

  #nodePorts(): string[] {
    return [
      ...this.#ifFilled('KUBE-NODE-PORT-LOCAL-TCP', 'dst', 'RETURN', 'tcp'),
      ...this.#ifFilled('KUBE-NODE-PORT-TCP', 'dst', 'KUBE-MARK-MASQ', 'tcp'),
      ...this.#ifFilled('KUBE-NODE-PORT-LOCAL-UDP', 'dst', 'RETURN', 'udp'),
      ...this.#ifFilled('KUBE-NODE-PORT-UDP', 'dst', 'KUBE-MARK-MASQ', 'udp'),
      ...this.#ifFilled('KUBE-NODE-PORT-LOCAL-SCTP-HASH', 'dst,dst', 'RETURN', 'sctp'),
      ...this.#ifFilled('KUBE-NODE-PORT-SCTP-HASH', 'dst,dst', 'KUBE-MARK-MASQ', 'sctp'),
    ];
  }

  /** Keeps the node's own ports from being reached through the addresses of Services (kubernetes#72236). */
  #accessFilter(): string[] {
    const frontends = ['KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const;
    const unreachable = this.#family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    return [
      ...frontends.map((role) => `${this.#match(role, 'dst,dst')} -j RETURN`),
      `${this.#match('KUBE-HEALTH-CHECK-NODE-PORT', 'dst')} -j RETURN`,
      `-m conntrack --ctstate NEW ${this.#match('KUBE-IPVS-IPS', 'dst')} -j REJECT --reject-with ${unreachable}`,
    ];
  }

  /** The node's own packets to a load balancer carry the load balancer's address as source, too (kubernetes#119656). */
  #closedFrontends(): string[] {
    const whole = this.#family === 'ipv4' ? 32 : 128;
    return this.#sets.closedToNode.map(({ ip, protocol, port }) => {
      const match = `-m ipvs --vproto ${protocolNumbers[protocol]} --vaddr ${ip} --vport ${port}`;
      return `-s ${ip}/${whole} ${match} -j DROP`;
    });
  }

  #ifFilled(role: CommentedRole, directions: string, target: string, protocol?: string): string[] {
    if (!this.#isFilled(role)) return [];
    const prefix = protocol === undefined ? '' : `-p ${protocol} `;
    return [`${prefix}${this.#commented(role, directions)} -j ${target}`];
  }

  #isFilled(role: IpvsSetRole): boolean {
    return (this.#sets.entries.get(role)?.size ?? 0) > 0;
  }

  #commented(role: CommentedRole, directions: string): string {
    return `-m comment --comment "${comments[role]}" ${this.#match(role, directions)}`;
  }

  #match(role: IpvsSetRole, directions: string): string {
    return `-m set --match-set ${ipvsSetName(role, this.#family)} ${directions}`;
  }
}
