import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import { breaks, type Next, onlyWay, type StatementProgram } from './way.ts';

const tcp = 6;

/** iptables' words for what nft calls otherwise (libipt_REJECT, libip6t_REJECT). */
const icmpWords: Readonly<Record<string, string>> = {
  'net-unreachable': 'icmp-net-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'prot-unreachable': 'icmp-proto-unreachable',
  'port-unreachable': 'icmp-port-unreachable',
  'net-prohibited': 'icmp-net-prohibited',
  'host-prohibited': 'icmp-host-prohibited',
  'admin-prohibited': 'icmp-admin-prohibited',
};
const icmpv6Words: Readonly<Record<string, string>> = {
  'no-route': 'icmp6-no-route',
  'admin-prohibited': 'icmp6-adm-prohibited',
  'addr-unreachable': 'icmp6-addr-unreachable',
  'port-unreachable': 'icmp6-port-unreachable',
  'policy-fail': 'icmp6-policy-fail',
  'reject-route': 'icmp6-reject-route',
};
/** What `icmpx` means in IPv4 where the word is another (net/netfilter/nft_reject.c). */
const icmpxWords = {
  ipv4: { 'no-route': 'icmp-net-unreachable' },
  ipv6: { 'host-unreachable': 'icmp6-addr-unreachable' },
} as const;

/** `reject with ...`, with the conditions on family and protocol that nft puts before it. */
export function compileReject({ type, code }: Extract<NftStatement, { kind: 'reject' }>): StatementProgram {
  return (packet) => onlyWay(packet, rejection(type ?? 'icmpx', code ?? 'port-unreachable', packet));
}

function rejection(type: string, code: string, { family, protocol }: TracedPacket): Next {
  switch (type) {
    case 'tcp reset':
      return protocol === tcp ? withWord('tcp-reset') : breaks;
    case 'icmp':
      return family === 'ipv4' ? withWord(icmpWords[code] ?? `icmp-${code}`) : breaks;
    case 'icmpv6':
      return family === 'ipv6' ? withWord(icmpv6Words[code] ?? `icmp6-${code}`) : breaks;
    default: {
      const own: Readonly<Record<string, string>> = icmpxWords[family];
      const words = family === 'ipv4' ? icmpWords : icmpv6Words;
      return withWord(own[code] ?? words[code] ?? `${family === 'ipv4' ? 'icmp' : 'icmp6'}-${code}`);
    }
  }
}

function withWord(word: string): Next {
  return { kind: 'verdict', verdict: { kind: 'reject', with: word } };
}
