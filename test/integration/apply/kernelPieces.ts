import type { NetworkNamespace } from '../../support/networkNamespace.ts';

/** The tables of legacy iptables, each line after the family and the table. */
const legacyTables = `for family in ip ip6; do
    for table in $(cat /proc/net/\${family}_tables_names); do
      \${family}tables-legacy-save -t $table | sed "/^[*#]/d; /^COMMIT/d; s/^/$family $table /"
    done
  done`;

const settings = ['net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet'].map((name) => `/proc/sys/${name}`);

/**
 * Everything in a namespace that a change of rules could have changed, in pieces whose order does not matter: a chain
 * with its rules in order, a set, a setting. Counters and dates are left out, and the empty chains that the kernel makes
 * with a table of iptables.
 */
export function kernelPieces(namespace: NetworkNamespace): ReadonlySet<string> {
  return new Set([
    ...nftPieces(namespace.output('nft', ['-s', 'list', 'ruleset'])),
    ...legacyPieces(namespace.output('sh', ['-c', legacyTables])),
    ...namespace.output('ipset', ['save']).split('\n'),
    ...namespace.output('ip', ['-brief', 'addr']).split('\n'),
    ...namespace.output('grep', ['.', ...settings]).split('\n'),
  ]);
}

/** Chains, sets and maps are indented by one tab, and what is in them by more. */
function nftPieces(text: string): string[] {
  let table = '';
  return text
    .replace(/elements = \{[^}]*\}/g, sortedElements)
    .split(/^(?=table |\t[a-z]|\})/m)
    .flatMap((piece) => {
      if (piece.startsWith('table ')) table = piece.trim();
      const isEmptyChain = /^\tchain [A-Z]+ \{\n.* policy accept;\n\t\}/.test(piece);
      return isEmptyChain || piece.startsWith('}') ? [] : [`${table} ${piece.trim()}`];
    })
    .filter((piece) => !/^table ip6? (nat|filter|mangle) \{ table /.test(piece));
}

function sortedElements(elements: string): string {
  const [, inside = ''] = /\{([^}]*)\}/.exec(elements) ?? [];
  return inside
    .split(',')
    .map((element) => element.trim())
    .sort()
    .join();
}

function legacyPieces(text: string): string[] {
  const chains = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [family, table, sign, name] = /^(\S+) (\S+) (:|-A )(\S+)/.exec(line)?.slice(1) ?? [];
    if (name === undefined || (sign === ':' && !line.includes(' - '))) continue;
    const chain = `${family} ${table} ${name}`;
    chains.set(chain, `${chains.get(chain) ?? chain}\n${sign === ':' ? '' : line}`);
  }
  return [...chains.values()];
}
