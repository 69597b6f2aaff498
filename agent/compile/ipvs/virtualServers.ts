import { formatAddress } from '../../model/address.ts';
import { type VirtualServerRules, virtualServerKey } from '../../model/serviceRules.ts';
import type { ResolvedEndpoint, ResolvedServicePort } from '../resolvedService.ts';

/** What ipvs schedules, and which addresses of it the device has to carry. */
export interface CompiledVirtualServers {
  /** By key. */
  readonly virtualServers: ReadonlyMap<string, VirtualServerRules>;
  readonly boundIps: ReadonlySet<string>;
}

/** What virtual servers depend on beside the Services. */
export interface VirtualServerContext {
  /** Empty stands for kube-proxy's default. */
  readonly scheduler: string;
  /** Where node ports are open. */
  readonly nodePortIps: readonly string[];
  /** All of the node's own addresses that are on other devices than kube-ipvs0. */
  readonly nodeIps: ReadonlySet<string>;
}

/**
 * The virtual servers of a node's Services (pkg/proxy/ipvs/proxier.go, syncProxyRules). Where two Services claim one
 * address, protocol and port, the later one gets it; kube-proxy takes them in any order.
 */
export function compileVirtualServers(
  ports: readonly ResolvedServicePort[],
  context: VirtualServerContext,
): CompiledVirtualServers {
  const compiler = new VirtualServerCompiler(context);
  for (const port of ports) compiler.addPort(port);
  return compiler;
}

class VirtualServerCompiler implements CompiledVirtualServers {
  readonly virtualServers = new Map<string, VirtualServerRules>();
  readonly boundIps = new Set<string>();
  readonly #context: VirtualServerContext;
  readonly #scheduler: string;
  /** The one flag that kube-proxy sets: Maglev hashing takes the client's port into account. */
  readonly #flags: readonly string[];

  constructor(context: VirtualServerContext) {
    this.#context = context;
    this.#scheduler = context.scheduler === '' ? 'rr' : context.scheduler;
    this.#flags = this.#scheduler === 'mh' ? ['mh-port'] : [];
  }

  addPort(port: ResolvedServicePort): void {
    const clusterServers = weigh(port.clusterEndpoints);
    // Without an endpoint on this node policy Local uses the others, so that at least local pods get through.
    const localServers = port.localEndpoints.length > 0 ? weigh(port.localEndpoints) : clusterServers;
    const external = port.externalPolicyLocal ? localServers : clusterServers;
    this.boundIps.add(port.clusterIp);
    this.#add(port, port.clusterIp, port.port, port.internalPolicyLocal ? localServers : clusterServers);
    for (const ip of port.externalIps) this.#addExternal(port, ip, external);
    for (const ip of port.loadBalancerIps) this.#addExternal(port, ip, external);
    if (port.nodePort === 0) return;
    for (const ip of this.#context.nodePortIps) this.#add(port, ip, port.nodePort, external);
  }

  #addExternal(port: ResolvedServicePort, ip: string, realServers: ReadonlyMap<string, number>): void {
    if (!this.#context.nodeIps.has(ip)) this.boundIps.add(ip);
    this.#add(port, ip, port.port, realServers);
  }

  #add(port: ResolvedServicePort, ip: string, number: number, realServers: ReadonlyMap<string, number>): void {
    const address = formatAddress(ip, number);
    this.virtualServers.set(virtualServerKey(port.protocol, address), {
      protocol: port.protocol,
      address,
      scheduler: this.#scheduler,
      persistenceSeconds: port.affinitySeconds,
      persistenceMask: undefined,
      flags: this.#flags,
      realServers,
    });
  }
}

/** kube-proxy gives all endpoints the weight 1, whatever the scheduler. */
function weigh(endpoints: readonly ResolvedEndpoint[]): ReadonlyMap<string, number> {
  return new Map(endpoints.map(({ address }) => [address, 1]));
}
