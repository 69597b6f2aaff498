import type { NftExpression } from '../expression.ts';
import { parseExpression } from './expression.ts';
import type { NftTokenCursor } from './lexer.ts';

/** Protocols whose header fields can be selected (nft(8), PAYLOAD EXPRESSION). */
const payloadProtocols: ReadonlySet<string> = new Set([
  'ether', 'vlan', 'arp', 'ip', 'ip6', 'icmp', 'igmp', 'icmpv6', 'tcp', 'udp', 'udplite', 'sctp', 'dccp', 'ah', 'esp',
  'comp', 'th', 'gre', 'geneve', 'gretap', 'vxlan',
]); // biome-ignore format: a table
/** IPv6 extension headers. */
const extensionHeaders: ReadonlySet<string> = new Set(['hbh', 'frag', 'dst', 'mh', 'srh']);
/** Keys of `meta` that may stand without the word. */
const bareMetaKeys: ReadonlySet<string> = new Set([
  'iif', 'iifname', 'iiftype', 'iifgroup', 'oif', 'oifname', 'oiftype', 'oifgroup', 'mark', 'skuid', 'skgid', 'nftrace',
  'rtclassid', 'ibrname', 'obrname', 'ibriport', 'obriport', 'pkttype', 'cpu', 'cgroup', 'ibridgename', 'obridgename',
]); // biome-ignore format: a table
const fibFlags: ReadonlySet<string> = new Set(['saddr', 'daddr', 'mark', 'iif', 'oif']);
const rawBases: ReadonlySet<string> = new Set(['@ll', '@nh', '@th', '@ih']);
const routeKeys: ReadonlySet<string> = new Set(['classid', 'nexthop', 'mtu', 'ipsec']);

/** Reads what selects a part of the packet or its state: `ip daddr`, `ct state`, `fib daddr type`, `numgen ...`. */
export function parseSelector(cursor: NftTokenCursor, depth: number): NftExpression | undefined {
  const head = cursor.word();
  if (head === undefined) return undefined;
  if (bareMetaKeys.has(head)) {
    cursor.index++;
    return { kind: 'meta', key: head };
  }
  if (rawBases.has(head)) return parseRawPayload(cursor);
  switch (head) {
    case 'meta':
      return parseKeyed(cursor, (key) => ({ kind: 'meta', key }));
    case 'ct':
      return parseConntrack(cursor);
    case 'fib':
      return parseFib(cursor);
    case 'socket':
      return parseKeyed(cursor, (key) => ({ kind: 'socket', key }));
    case 'rt':
      return parseRoute(cursor);
    case 'exthdr':
      return parseKeyed(cursor, (name) => ({ kind: 'header', header: 'exthdr', name }));
    case 'numgen':
      return parseNumberGenerator(cursor);
    case 'jhash':
    case 'symhash':
      return parseHash(cursor, head, depth);
    default:
      if (extensionHeaders.has(head)) return parseExtensionHeader(cursor);
      return payloadProtocols.has(head) ? parsePayload(cursor) : undefined;
  }
}

function parseKeyed(cursor: NftTokenCursor, make: (key: string) => NftExpression): NftExpression | undefined {
  cursor.index++;
  const key = cursor.next();
  return key && !key.quoted ? make(key.text) : undefined;
}

function parsePayload(cursor: NftTokenCursor): NftExpression | undefined {
  const protocol = cursor.next()?.text ?? '';
  const field = cursor.word();
  if (field === undefined || !/^[a-z][\w-]*$/.test(field)) return undefined;
  cursor.index++;
  if (field === 'option' && (protocol === 'tcp' || protocol === 'ip')) {
    return parseOption(cursor, protocol === 'tcp' ? 'tcp option' : 'ip option');
  }
  if (field === 'chunk' && protocol === 'sctp') return parseOption(cursor, 'sctp chunk');
  const isArpAddress = protocol === 'arp' && (field === 'saddr' || field === 'daddr');
  const family = isArpAddress ? cursor.next()?.text : undefined;
  return { kind: 'payload', protocol, field: family === undefined ? field : `${field} ${family}` };
}

function parseOption(
  cursor: NftTokenCursor,
  header: 'tcp option' | 'ip option' | 'sctp chunk',
): NftExpression | undefined {
  const name = cursor.next()?.text;
  if (name === undefined) return undefined;
  const field = cursor.word();
  if (field === undefined || field === 'exists' || field === 'missing' || !/^[a-z][\w-]*$/.test(field)) {
    return { kind: 'header', header, name };
  }
  cursor.index++;
  return { kind: 'header', header, name, field };
}

function parseExtensionHeader(cursor: NftTokenCursor): NftExpression | undefined {
  const name = cursor.next()?.text ?? '';
  const field = cursor.next();
  return field && { kind: 'header', header: 'exthdr', name, field: field.text };
}

/** `rt` is the routing entry, or the IPv6 routing header: the key tells. */
function parseRoute(cursor: NftTokenCursor): NftExpression | undefined {
  cursor.index++;
  const family = cursor.word();
  if ((family === 'ip' || family === 'ip6') && cursor.word(1) === 'nexthop') cursor.index++;
  const key = cursor.next()?.text;
  if (key === undefined) return undefined;
  return routeKeys.has(key) ? { kind: 'rt', key } : { kind: 'header', header: 'exthdr', name: 'rt', field: key };
}

function parseConntrack(cursor: NftTokenCursor): NftExpression | undefined {
  cursor.index++;
  const direction = cursor.word();
  const hasDirection = direction === 'original' || direction === 'reply';
  if (hasDirection) cursor.index++;
  const first = cursor.next();
  if (!first || first.quoted) return undefined;
  let key = first.text;
  if (key === 'ip' || key === 'ip6') {
    const field = cursor.next();
    if (!field) return undefined;
    key = `${key} ${field.text}`;
  }
  return { kind: 'ct', key, ...(hasDirection ? { direction } : {}) };
}

function parseFib(cursor: NftTokenCursor): NftExpression | undefined {
  cursor.index++;
  const flags: string[] = [];
  do {
    const flag = cursor.next()?.text;
    if (flag === undefined || !fibFlags.has(flag)) return undefined;
    flags.push(flag);
  } while (cursor.accept('.'));
  const result = cursor.next()?.text;
  return result === undefined ? undefined : { kind: 'fib', result, flags };
}

/** `@th,16,16`: a base, an offset and a length in bits. */
function parseRawPayload(cursor: NftTokenCursor): NftExpression | undefined {
  const base = cursor.next()?.text.slice(1) ?? '';
  if (!cursor.accept(',')) return undefined;
  const offset = cursor.integer();
  if (!cursor.accept(',')) return undefined;
  const length = cursor.integer();
  return offset === undefined || length === undefined ? undefined : { kind: 'rawPayload', base, offset, length };
}

function parseNumberGenerator(cursor: NftTokenCursor): NftExpression | undefined {
  cursor.index++;
  const mode = cursor.next()?.text;
  if (mode === undefined || !cursor.accept('mod')) return undefined;
  const modulus = cursor.integer();
  if (modulus === undefined) return undefined;
  return { kind: 'numgen', mode, modulus, offset: cursor.accept('offset') ? (cursor.integer() ?? 0) : 0 };
}

function parseHash(cursor: NftTokenCursor, algorithm: 'jhash' | 'symhash', depth: number): NftExpression | undefined {
  cursor.index++;
  const input = algorithm === 'jhash' ? parseExpression(cursor, depth) : undefined;
  if (algorithm === 'jhash' && !input) return undefined;
  if (!cursor.accept('mod')) return undefined;
  const modulus = cursor.integer();
  if (modulus === undefined) return undefined;
  const seed = cursor.accept('seed') ? cursor.integer() : undefined;
  const offset = cursor.accept('offset') ? (cursor.integer() ?? 0) : 0;
  return {
    kind: 'hash',
    algorithm,
    modulus,
    offset,
    ...(seed === undefined ? {} : { seed }),
    ...(input === undefined ? {} : { input }),
  };
}
