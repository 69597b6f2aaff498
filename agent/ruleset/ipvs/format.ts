import { formatIpvsAddress } from './address.ts';
import type { IpvsRealServer, IpvsService, IpvsTunnel, IpvsVirtualServer } from './document.ts';

const forwardingOptions = { masquerade: '-m', direct: '-g', tunnel: '-i' } as const;
const serviceOptions = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;
const checksumOptions = { none: '--tun-nocsum', full: '--tun-csum', remote: '--tun-remcsum' } as const;

/** The `-A` line of a virtual server as `ipvsadm -Sn` prints it, without a line end. */
export function formatIpvsVirtualServer(server: IpvsVirtualServer): string {
  const words = ['-A', formatService(server.service), '-s', server.scheduler];
  if (server.persistenceTimeout !== undefined) words.push('-p', String(server.persistenceTimeout));
  if (server.persistenceMask !== undefined) words.push('-M', server.persistenceMask);
  if (server.persistenceEngine !== undefined) words.push('--pe', server.persistenceEngine);
  if (server.onePacket) words.push('-o');
  if (server.schedulerFlags.length > 0) words.push('-b', server.schedulerFlags.join(','));
  return words.join(' ');
}

/**
 * The `-a` line of a real server as `ipvsadm -Sn` prints it, without a line end. `ipvsadm` leaves thresholds out of what
 * it saves; they stand here when there are any.
 */
export function formatIpvsRealServer(service: IpvsService, server: IpvsRealServer): string {
  const words = ['-a', formatService(service), '-r', formatIpvsAddress(server.address)];
  words.push(forwardingOptions[server.forwarding], '-w', String(server.weight));
  if (server.tunnel) words.push(...formatTunnel(server.tunnel));
  if (server.upperThreshold !== 0) words.push('-x', String(server.upperThreshold));
  if (server.lowerThreshold !== 0) words.push('-y', String(server.lowerThreshold));
  return words.join(' ');
}

function formatService(service: IpvsService): string {
  if (service.kind === 'fwmark') return `-f ${service.mark}${service.family === 'inet6' ? ' -6' : ''}`;
  return `${serviceOptions[service.protocol]} ${formatIpvsAddress(service.address)}`;
}

function formatTunnel(tunnel: IpvsTunnel): string[] {
  const words = ['--tun-type', tunnel.type];
  if (tunnel.port !== undefined) words.push('--tun-port', String(tunnel.port));
  if (tunnel.checksum !== undefined) words.push(checksumOptions[tunnel.checksum]);
  return words;
}
