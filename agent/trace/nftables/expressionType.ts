import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import { typeOfExpression } from '../../ruleset/nftables/typeOf.ts';

const types: Readonly<Record<string, string>> = {
  'icmp code': 'icmp_code',
  'icmpv6 code': 'icmpv6_code',
  'meta pkttype': 'pkt_type',
  'meta ibrname': 'ifname',
  'meta obrname': 'ifname',
  'ct protocol': 'inet_proto',
  'ct l3proto': 'nf_proto',
  'ct proto-src': 'inet_service',
  'ct proto-dst': 'inet_service',
  'ct ip saddr': 'ipv4_addr',
  'ct ip daddr': 'ipv4_addr',
  'ct ip6 saddr': 'ipv6_addr',
  'ct ip6 daddr': 'ipv6_addr',
  'fib oif': 'iface_index',
  'fib oifname': 'ifname',
};

/** nft's data type of each part of an expression; `integer` where a plain number is as good. */
export function expressionTypes(expression: NftExpression): readonly string[] {
  switch (expression.kind) {
    case 'concatenation':
      return expression.items.flatMap(expressionTypes);
    case 'binary':
      return expressionTypes(expression.left);
    case 'payload':
    case 'rawPayload':
    case 'meta':
    case 'ct':
    case 'fib':
      return [singleType(expression)];
    default:
      return ['integer'];
  }
}

function singleType(expression: NftExpression): string {
  const known = typeOfExpression(expression);
  if (known !== 'unknown') return known;
  switch (expression.kind) {
    case 'payload':
      return types[`${expression.protocol} ${expression.field}`] ?? 'integer';
    case 'meta':
    case 'ct':
      return types[`${expression.kind} ${expression.key}`] ?? 'integer';
    case 'fib':
      return types[`fib ${expression.result}`] ?? 'integer';
    default:
      return 'integer';
  }
}
