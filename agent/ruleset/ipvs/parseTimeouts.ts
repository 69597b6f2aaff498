import type { IpvsTimeouts } from './document.ts';

const timeoutsLine = /^Timeout \(tcp tcpfin udp\):\s*(\d+)\s+(\d+)\s+(\d+)\s*$/m;

/** Reads `ipvsadm -L --timeout`; undefined when the text does not hold the line it prints. */
export function parseIpvsadmTimeouts(text: string): IpvsTimeouts | undefined {
  const match = timeoutsLine.exec(text);
  if (!match) return undefined;
  return { tcp: Number(match[1]), tcpFin: Number(match[2]), udp: Number(match[3]) };
}
