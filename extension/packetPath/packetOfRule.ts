import { isIP } from 'node:net';
import type { PacketForm } from '../../webview/protocol/packetPath.ts';
import { withoutCounters } from './withoutCounters.ts';

/** Where packets go that a rule is for. */
export type RulePacket = Pick<PacketForm, 'destination' | 'protocol' | 'port'>;

/**
 * The packet that a line of rules is for: a rule of iptables with a destination and a port, an entry of an ipset, a
 * virtual server, or an element of a map of nftables. Undefined for lines that name no single address and port.
 */
export function packetOfRule(line: string): RulePacket | undefined {
  return ofIptables(line) ?? ofIpvsadm(line) ?? ofIpset(line) ?? ofNftables(line);
}

function ofIptables(line: string): RulePacket | undefined {
  const rule = withoutCounters(line);
  if (!/^\s*-A \S/.test(rule)) return undefined;
  // An option after an exclamation mark says what the packet is not.
  const option = (name: string): string | undefined => new RegExp(`[^!] ${name} (\\S+)`).exec(rule)?.[1];
  const destination = option('-d')?.replace(/\/(?:32|128)$/, '') ?? '';
  const port = option('--dport');
  return packet(destination, option('-p'), port !== undefined && /^\d+$/.test(port) ? port : undefined);
}

/** `-A -t 10.96.0.10:80 -s rr`, `-a -t 10.96.0.10:80 -r 10.0.0.2:8080 -m -w 1`. */
function ofIpvsadm(line: string): RulePacket | undefined {
  const [, option, bracketed, plain, port] =
    /^\s*-[aA] (-t|-u|--sctp-service) (?:\[([^\]]+)\]|([\d.]+)):(\d+)(?=\s)/.exec(line) ?? [];
  const protocol = option === '-t' ? 'tcp' : option === '-u' ? 'udp' : 'sctp';
  return option === undefined ? undefined : packet(bracketed ?? plain ?? '', protocol, port);
}

/** `add KUBE-CLUSTER-IP 10.96.0.10,tcp:80`. */
function ofIpset(line: string): RulePacket | undefined {
  const [, address = '', protocol, port] = /^\s*add \S+ ([\da-fA-F.:]+),(\w+):(\d+)/.exec(line) ?? [];
  return packet(address, protocol, port);
}

/** `10.96.0.10 . tcp . 80 : goto ...`, `ip daddr 10.96.0.10 tcp dport 80 ...`. */
function ofNftables(line: string): RulePacket | undefined {
  const [, address = '', protocol, port] =
    /([\da-fA-F.:]+) \. (tcp|udp|sctp) \. (\d+)/.exec(line) ??
    /\bdaddr ([\da-fA-F.:]+)\b.*?\b(tcp|udp|sctp) dport (\d+)/.exec(line) ??
    [];
  return packet(address, protocol, port);
}

function packet(destination: string, protocol: string | undefined, port: string | undefined): RulePacket | undefined {
  if (isIP(destination) === 0 || port === undefined) return undefined;
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' ? { destination, protocol, port } : undefined;
}
