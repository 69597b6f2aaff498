import type { IpFamily } from '../model/address.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../model/serviceRules.ts';
import type { KubernetesObjects } from '../objects/kubernetesObjects.ts';
import { compileIptables } from './iptables/compileIptables.ts';
import { compileIpvs } from './ipvs/compileIpvs.ts';
import { ipvsSysctls } from './ipvs/ipvsSysctls.ts';
import { compileNftables } from './nftables/compileNftables.ts';
import { resolveNodePortAddresses } from './nodePortAddresses.ts';
import type { ProxyOptions } from './proxyOptions.ts';
import type { ResolvedServicePort } from './resolvedService.ts';
import { resolveServices } from './resolveServices.ts';

/** What should stand in a node's kernel for these Services in a mode, in each family that the node has an address of. */
export function compileRules(objects: KubernetesObjects, given: ProxyOptions, mode: ServiceMode): ServiceRules {
  const serviceCidrs = given.serviceCidrs ?? objects.serviceCidrs ?? [];
  const options: ProxyOptions = { ...given, serviceCidrs };
  const families = [...options.nodeIps.keys()].map((family) => {
    const ports = resolveServices(objects, options, family);
    return [family, compileFamily(ports, options, mode, family)] as const;
  });
  return { families: new Map(families), sysctls: sysctlsOf(options, mode) };
}

const nothing: FamilyRules = {
  iptables: { backend: undefined, tables: new Map() },
  ipsets: new Map(),
  virtualServers: new Map(),
  serviceDevice: undefined,
  nftables: undefined,
};

function compileFamily(
  ports: readonly ResolvedServicePort[],
  options: ProxyOptions,
  mode: ServiceMode,
  family: IpFamily,
): FamilyRules {
  switch (mode) {
    case 'iptables':
      return { ...nothing, iptables: compileIptables(ports, options, family) };
    case 'ipvs':
      return { ...nothing, ...compileIpvs(ports, options, family) };
    case 'nftables':
      return { ...nothing, nftables: compileNftables(ports, options, family) };
  }
}

function sysctlsOf(options: ProxyOptions, mode: ServiceMode): ReadonlyMap<string, string> {
  if (mode === 'ipvs') return ipvsSysctls(options);
  return mode === 'iptables' && opensNodePortsOnLoopback(options)
    ? new Map([['net/ipv4/conf/all/route_localnet', '1']])
    : new Map();
}

/** Only then are packets to 127.0.0.1 led on to pods (pkg/proxy/iptables/proxier.go, `NewProxier`). */
function opensNodePortsOnLoopback(options: ProxyOptions): boolean {
  if (!options.localhostNodePorts || !options.nodeIps.has('ipv4')) return false;
  return resolveNodePortAddresses(options, 'iptables', 'ipv4').containsIpv4Loopback;
}
