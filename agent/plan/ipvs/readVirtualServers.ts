import { formatAddress, type IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { type VirtualServerRules, virtualServerKey } from '../../model/serviceRules.ts';
import type { IpvsAddress, IpvsVirtualServer } from '../../ruleset/ipvs/document.ts';
import { parseIpvsadmSave } from '../../ruleset/ipvs/parseSave.ts';
import { ownVirtualServerTest, type VirtualServerSigns } from './ownVirtualServers.ts';

/** kube-proxy's virtual servers of one family, by key, out of what `ipvsadm -Sn` printed. */
export function readVirtualServers(
  saveText: string,
  family: IpFamily,
  signs: VirtualServerSigns,
): ReadonlyMap<string, VirtualServerRules> {
  const isOwn = ownVirtualServerTest(signs, family);
  const servers = new Map<string, VirtualServerRules>();
  for (const server of parseIpvsadmSave(saveText).virtualServers) {
    const { service } = server;
    if (service.kind === 'fwmark' || (service.address.family === 'inet6') !== (family === 'ipv6')) continue;
    const { ip, port } = numericAddress(service.address, 0);
    const address = formatAddress(ip, port);
    const key = virtualServerKey(service.protocol, address);
    if (!isOwn({ protocol: service.protocol, ip, port }, key)) continue;
    servers.set(key, {
      protocol: service.protocol,
      address,
      scheduler: server.scheduler,
      persistenceSeconds: server.persistenceTimeout,
      persistenceMask: server.persistenceMask,
      flags: [...server.schedulerFlags, ...(server.onePacket ? [onePacketFlag] : [])].sort(),
      realServers: weights(server, port),
    });
  }
  return servers;
}

/** Stands among the flags for one-packet scheduling, which ipvsadm has an option of its own for. */
export const onePacketFlag = 'ops';

function weights({ realServers }: IpvsVirtualServer, servicePort: number): ReadonlyMap<string, number> {
  return new Map(
    realServers.map(({ address, weight }) => {
      const { ip, port } = numericAddress(address, servicePort);
      return [formatAddress(ip, port), weight];
    }),
  );
}

function numericAddress(
  { host, port }: IpvsAddress,
  otherwise: number,
): { readonly ip: string; readonly port: number } {
  return { ip: canonicalIp(host) ?? host, port: port ?? otherwise };
}
