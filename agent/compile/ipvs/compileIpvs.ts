import type { IpFamily } from '../../model/address.ts';
import { ipvsSetName, ipvsSets } from '../../model/ipvsSets.ts';
import type { FamilyRules, IpSet } from '../../model/serviceRules.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { compileIpvsIptables } from './iptablesRules.ts';
import { ipvsNodePortIps } from './nodePortIps.ts';
import { fillIpvsSets } from './setEntries.ts';
import { compileVirtualServers } from './virtualServers.ts';

/** What ipvs mode needs of a family. */
export type IpvsRules = Pick<FamilyRules, 'iptables' | 'ipsets' | 'virtualServers' | 'serviceDevice'>;

/** Compiles the rules that kube-proxy's ipvs mode makes in one family (pkg/proxy/ipvs). */
export function compileIpvs(ports: readonly ResolvedServicePort[], options: ProxyOptions, family: IpFamily): IpvsRules {
  const nodePortIps = ipvsNodePortIps(options, family);
  const nodeIps = new Set(options.kernel.addresses.map(({ ip }) => ip));
  const { scheduler } = options.ipvs;
  const { virtualServers, boundIps } = compileVirtualServers(ports, { scheduler, nodePortIps, nodeIps });
  const nodeIp = options.nodeIps.get(family) ?? '';
  const sets = fillIpvsSets(ports, { family, nodeIp, nodePortIps, boundIps });
  return {
    iptables: { backend: undefined, tables: compileIpvsIptables(sets, options, family) },
    ipsets: new Map(
      ipvsSets.map(({ role, type }) => {
        const name = ipvsSetName(role, family);
        return [name, describeSet(name, type, sets.entries.get(role) ?? new Set(), family)];
      }),
    ),
    virtualServers,
    serviceDevice: { name: 'kube-ipvs0', addresses: boundIps },
  };
}

/** How many entries a set of addresses may have unless it is made for more. */
const usualCapacity = 65_536;

/** kube-proxy makes all sets for the usual number of entries and fails beyond it. */
function describeSet(name: string, type: string, entries: ReadonlySet<string>, family: IpFamily): IpSet {
  if (type === 'bitmap:port') return { name, type, options: 'range 0-65535', entries };
  const capacity = Math.max(usualCapacity, 2 ** Math.ceil(Math.log2(entries.size + 1)));
  return { name, type, options: `family ${family === 'ipv4' ? 'inet' : 'inet6'} maxelem ${capacity}`, entries };
}
