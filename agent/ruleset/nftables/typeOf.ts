import type { NftExpression } from './expression.ts';

/** The types of the expressions that sets are declared with, as `nft describe` tells them. */
const types: Readonly<Record<string, string>> = {
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'ip protocol': 'inet_proto',
  'ip dscp': 'dscp',
  'ip6 saddr': 'ipv6_addr',
  'ip6 daddr': 'ipv6_addr',
  'ip6 nexthdr': 'inet_proto',
  'arp saddr ip': 'ipv4_addr',
  'arp daddr ip': 'ipv4_addr',
  'ether saddr': 'ether_addr',
  'ether daddr': 'ether_addr',
  'ether type': 'ether_type',
  'icmp type': 'icmp_type',
  'icmpv6 type': 'icmpv6_type',
  'tcp flags': 'tcp_flag',
  'meta l4proto': 'inet_proto',
  'meta protocol': 'ether_type',
  'meta nfproto': 'nf_proto',
  'meta mark': 'mark',
  'meta iif': 'iface_index',
  'meta oif': 'iface_index',
  'meta iifname': 'ifname',
  'meta oifname': 'ifname',
  'meta skuid': 'uid',
  'meta skgid': 'gid',
  'ct state': 'ct_state',
  'ct status': 'ct_status',
  'ct direction': 'ct_dir',
  'ct mark': 'mark',
  'fib type': 'fib_addrtype',
};

/** The data type of an expression, for sets declared with `typeof`; `unknown` where it is not known here. */
export function typeOfExpression(expression: NftExpression): string {
  switch (expression.kind) {
    case 'payload': {
      const isPort = expression.field === 'sport' || expression.field === 'dport';
      return isPort ? 'inet_service' : (types[`${expression.protocol} ${expression.field}`] ?? 'unknown');
    }
    case 'meta':
    case 'ct':
      return types[`${expression.kind} ${expression.key}`] ?? 'unknown';
    case 'fib':
      return types[`fib ${expression.result}`] ?? 'unknown';
    case 'value':
      // `typeof ip saddr : verdict`
      return expression.value === 'verdict' ? 'verdict' : 'unknown';
    default:
      return 'unknown';
  }
}
