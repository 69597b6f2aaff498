import type { IpFamily } from '../../model/address.ts';
import { cidrContains, parseCidr } from '../../model/cidr.ts';
import { addressBits } from '../../model/ipNumber.ts';
import { type IpvsSetRole, ipvsSets } from '../../model/ipvsSets.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';

/** What kube-proxy's ipsets hold for a node's Services, in one family. */
export interface IpvsSetEntries {
  /** Every set, those without entries too; entries as `ipset save` prints them. */
  readonly entries: ReadonlyMap<IpvsSetRole, ReadonlySet<string>>;
  /** Load balancer frontends with source ranges that do not hold the node's own address: it may not use them. */
  readonly closedToNode: readonly ClosedFrontend[];
}

/** A frontend that the node itself may not use. */
export interface ClosedFrontend {
  readonly ip: string;
  readonly protocol: ResolvedServicePort['protocol'];
  readonly port: number;
}

/** What the entries depend on beside the Services. */
export interface SetContext {
  readonly family: IpFamily;
  /** The node's own address in the family. */
  readonly nodeIp: string;
  /** Where node ports are open. */
  readonly nodePortIps: readonly string[];
  /** The addresses on kube-ipvs0. */
  readonly boundIps: ReadonlySet<string>;
}

/** Fills kube-proxy's ipsets (pkg/proxy/ipvs/proxier.go, syncProxyRules). */
export function fillIpvsSets(ports: readonly ResolvedServicePort[], context: SetContext): IpvsSetEntries {
  const filler = new SetFiller(context);
  for (const port of ports) filler.addPort(port);
  return filler;
}

class SetFiller implements IpvsSetEntries {
  readonly entries: ReadonlyMap<IpvsSetRole, Set<string>> = new Map(ipvsSets.map(({ role }) => [role, new Set()]));
  readonly closedToNode: ClosedFrontend[] = [];
  readonly #context: SetContext;

  constructor(context: SetContext) {
    this.#context = context;
    for (const ip of context.boundIps) this.#add('KUBE-IPVS-IPS', ip);
  }

  addPort(port: ResolvedServicePort): void {
    for (const { ip, port: number } of port.endpointsOnNode) {
      this.#add('KUBE-LOOP-BACK', `${ip},${port.protocol}:${number},${ip}`);
    }
    const suffix = `${port.protocol}:${port.port}`;
    this.#add('KUBE-CLUSTER-IP', `${port.clusterIp},${suffix}`);
    const externalSet = port.externalPolicyLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP';
    for (const ip of port.externalIps) this.#add(externalSet, `${ip},${suffix}`);
    for (const ip of port.loadBalancerIps) this.#addLoadBalancer(port, ip, `${ip},${suffix}`);
    const { nodePortIps } = this.#context;
    // Without an address to open it on, kube-proxy goes on to the next Service, past the health check.
    if (port.nodePort !== 0 && nodePortIps.length === 0) return;
    if (port.nodePort !== 0) this.#addNodePort(port, nodePortIps);
    if (port.healthCheckNodePort !== 0) this.#add('KUBE-HEALTH-CHECK-NODE-PORT', String(port.healthCheckNodePort));
  }

  #addLoadBalancer(port: ResolvedServicePort, ip: string, frontend: string): void {
    this.#add('KUBE-LOAD-BALANCER', frontend);
    if (port.externalPolicyLocal) this.#add('KUBE-LOAD-BALANCER-LOCAL', frontend);
    if (port.loadBalancerSourceRanges.length === 0) return;
    this.#add('KUBE-LOAD-BALANCER-FW', frontend);
    const { family, nodeIp } = this.#context;
    const whole = `/${addressBits[family]}`;
    let isOpenToNode = false;
    for (const range of port.loadBalancerSourceRanges) {
      // ipset prints a network of one address as the address.
      const source = range.endsWith(whole) ? range.slice(0, -whole.length) : range;
      this.#add('KUBE-LOAD-BALANCER-SOURCE-CIDR', `${frontend},${source}`);
      const cidr = parseCidr(range);
      isOpenToNode ||= cidr !== undefined && cidrContains(cidr, nodeIp);
    }
    // The load balancer's address is the node's own, so that is what the node's packets to it come from.
    if (isOpenToNode) this.#add('KUBE-LOAD-BALANCER-SOURCE-IP', `${frontend},${ip}`);
    else this.closedToNode.push({ ip, protocol: port.protocol, port: port.port });
  }

  #addNodePort({ protocol, nodePort, externalPolicyLocal }: ResolvedServicePort, ips: readonly string[]): void {
    const entries = protocol === 'sctp' ? ips.map((ip) => `${ip},sctp:${nodePort}`) : [String(nodePort)];
    for (const entry of entries) {
      this.#add(nodePortSets[protocol].all, entry);
      if (externalPolicyLocal) this.#add(nodePortSets[protocol].local, entry);
    }
  }

  #add(role: IpvsSetRole, entry: string): void {
    this.entries.get(role)?.add(entry);
  }
}

/** A bitmap of ports cannot tell SCTP's. */
const nodePortSets = {
  tcp: { all: 'KUBE-NODE-PORT-TCP', local: 'KUBE-NODE-PORT-LOCAL-TCP' },
  udp: { all: 'KUBE-NODE-PORT-UDP', local: 'KUBE-NODE-PORT-LOCAL-UDP' },
  sctp: { all: 'KUBE-NODE-PORT-SCTP-HASH', local: 'KUBE-NODE-PORT-LOCAL-SCTP-HASH' },
} as const;
