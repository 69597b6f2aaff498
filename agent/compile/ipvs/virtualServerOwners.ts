import { formatAddress, type IpFamily } from '../../model/address.ts';
import { virtualServerKey } from '../../model/serviceRules.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { ipvsNodePortIps } from './nodePortIps.ts';

/** The Service (`NAMESPACE/NAME`) of each virtual server, by its key: the kernel does not know it. */
export function virtualServerOwners(
  ports: readonly ResolvedServicePort[],
  options: ProxyOptions,
  family: IpFamily,
): ReadonlyMap<string, string> {
  const nodePortIps = ipvsNodePortIps(options, family);
  const owners = new Map<string, string>();
  for (const port of ports) {
    const service = `${port.namespace}/${port.serviceName}`;
    const add = (ip: string, number: number): void => {
      owners.set(virtualServerKey(port.protocol, formatAddress(ip, number)), service);
    };
    for (const ip of [port.clusterIp, ...port.externalIps, ...port.loadBalancerIps]) add(ip, port.port);
    if (port.nodePort !== 0) for (const ip of nodePortIps) add(ip, port.nodePort);
  }
  return owners;
}
