import { formatAddress, type ServiceProtocol } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { virtualServerKey } from '../../model/serviceRules.ts';
import type { ConnectionsInUse } from './connectionsInUse.ts';

/** TCP states in which both sides have said goodbye (net/netfilter/ipvs/ip_vs_proto_tcp.c). */
const overStates: ReadonlySet<string> = new Set(['TIME_WAIT', 'CLOSE']);

/** `TCP 0A600001 A81E 0A60000A 0050 0AF40002 1F90 ESTABLISHED     897`; IPv6 addresses are written in full. */
const line =
  /^(TCP|UDP|SCTP) +[\da-fA-F:]+ ([\da-fA-F]+) ([\da-fA-F:]+) ([\da-fA-F]+) ([\da-fA-F:]+) ([\da-fA-F]+) +(\S+)/gm;

/** Port 0 of a client: not a connection, but where the client's next one goes (session affinity). */
const templatePort = '0000';

/** Counts the connections in `/proc/net/ip_vs_conn`, of both families. */
export function readConnections(text: string): ConnectionsInUse {
  const counts = new Map<string, Map<string, number>>();
  for (const [
    ,
    protocol = '',
    clientPort,
    virtual = '',
    port = '',
    real = '',
    realPort = '',
    state = '',
  ] of text.matchAll(line)) {
    if (clientPort === templatePort || overStates.has(state)) continue;
    const key = virtualServerKey(protocols[protocol] ?? 'tcp', address(virtual, port));
    const ofServer = counts.get(key) ?? new Map<string, number>();
    const realServer = address(real, realPort);
    ofServer.set(realServer, (ofServer.get(realServer) ?? 0) + 1);
    counts.set(key, ofServer);
  }
  return counts;
}

const protocols: Readonly<Record<string, ServiceProtocol>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

function address(hexIp: string, hexPort: string): string {
  const ip = hexIp.includes(':') ? (canonicalIp(hexIp) ?? hexIp) : dotted(Number.parseInt(hexIp, 16));
  return formatAddress(ip, Number.parseInt(hexPort, 16));
}

function dotted(ip: number): string {
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.');
}
