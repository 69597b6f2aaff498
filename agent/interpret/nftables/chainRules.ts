import type { ServiceChain } from '../../model/service.ts';
import type { NftChain, NftElement } from '../../ruleset/nftables/document.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { type AddressAndPort, parseAddressAndPort } from '../addressText.ts';
import { parseChainName } from './chainName.ts';
import { constantText } from './format.ts';
import type { ProxyTable } from './proxyTable.ts';

/** One of the parts into which a rule divides new connections: `numgen random mod COUNT` gave one of its indexes. */
export interface BalancedPart {
  /** Where the part goes: an endpoint's chain, or an address. */
  readonly to: { readonly chain: string } | AddressAndPort;
  readonly share: number;
  readonly element: NftElement;
}

/** How a Service's chain spreads new connections: over addresses, or over the chains of endpoints with affinity. */
export function readBalancing(chain: NftChain): BalancedPart[] {
  return chain.rules.flatMap((rule) => rule.statements().flatMap(partsOf));
}

function partsOf(statement: NftStatement): BalancedPart[] {
  if (statement.kind === 'verdictMap') return partsOfMap(statement.key, statement.data);
  if (statement.kind === 'nat' && statement.type === 'dnat' && statement.address?.kind === 'map') {
    return partsOfMap(statement.address.key, statement.address.data);
  }
  return [];
}

function partsOfMap(key: NftExpression, data: NftExpression): BalancedPart[] {
  if (key.kind !== 'numgen' || data.kind !== 'set') return [];
  return data.elements.flatMap((element) => {
    const to = destinationOf(element.data);
    return to === undefined ? [] : [{ to, share: indexCount(element.key) / key.modulus, element }];
  });
}

function destinationOf(data: NftExpression | undefined): BalancedPart['to'] | undefined {
  if (data?.kind === 'verdict') return 'target' in data.verdict ? { chain: data.verdict.target } : undefined;
  if (data?.kind !== 'concatenation') return undefined;
  const [ip, port] = data.items.map(constantText);
  return ip === undefined || port === undefined ? undefined : { ip, port: Number(port) };
}

/** How many of the generated numbers an element takes. */
function indexCount(key: NftExpression): number {
  if (key.kind !== 'range') return 1;
  return Number(constantText(key.to) ?? 0) - Number(constantText(key.from) ?? 0) + 1;
}

/** Where an endpoint's chain sends packets: `dnat to 10.0.0.1:80`. */
export function findDnat(chain: NftChain): { address: AddressAndPort; rule: NftChain['rules'][number] } | undefined {
  for (const rule of chain.rules) {
    for (const statement of rule.statements()) {
      if (statement.kind !== 'nat' || statement.type !== 'dnat' || statement.address === undefined) continue;
      const ip = constantText(statement.address);
      const port = statement.port === undefined ? undefined : constantText(statement.port);
      const address = port === undefined ? parseAddressAndPort(ip ?? '') : { ip: ip ?? '', port: Number(port) };
      if (address !== undefined) return { address, rule };
    }
  }
  return undefined;
}

/** The chains that a rule of this chain jumps or goes to, directly or through a map of its own, in order. */
export function chainTargets(chain: NftChain): string[] {
  const targets = new Set<string>();
  for (const rule of chain.rules) {
    for (const statement of rule.statements()) {
      for (const target of statementTargets(statement)) targets.add(target);
    }
  }
  return [...targets];
}

/** The chains that one statement jumps or goes to. */
export function statementTargets(statement: NftStatement): string[] {
  if (statement.kind === 'verdict') return 'target' in statement.verdict ? [statement.verdict.target] : [];
  if (statement.kind !== 'verdictMap' || statement.data.kind !== 'set') return [];
  return statement.data.elements.flatMap(({ data }) =>
    data?.kind === 'verdict' && 'target' in data.verdict ? [data.verdict.target] : [],
  );
}

/** The chain as the model shows it; undefined for chains of no single Service. */
export function describeChain({ family, table, locator }: ProxyTable, chain: NftChain): ServiceChain | undefined {
  const name = parseChainName(chain.name);
  if (name === undefined) return undefined;
  const addresses = readBalancing(chain).flatMap(({ to }) => ('ip' in to ? [`${to.ip} . ${to.port}`] : []));
  const dnat = findDnat(chain);
  if (dnat !== undefined) addresses.push(`${dnat.address.ip} . ${dnat.address.port}`);
  return {
    role: name.role,
    family,
    table: table.name,
    name: chain.name,
    rules: chain.rules.length,
    location: locator.at(chain.span),
    ruleLocations: chain.rules.map(({ span }) => locator.at(span)),
    next: [...chainTargets(chain), ...addresses],
  };
}
