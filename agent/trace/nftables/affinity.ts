import type { NftChain, NftDocument, NftTable } from '../../ruleset/nftables/document.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { addressScalar } from './constants.ts';

/** What a rule must say to put a client into a set, in nft's text and in its JSON. */
const update = /\b(?:update|add) @|"op"\s*:\s*"(?:update|add)"/;

/**
 * By `ADDRESS PORT`, as rules compare them: the sets into which the chain that translates to this endpoint puts its
 * clients, as `ip kube-proxy affinity-...`.
 */
export function affinityListsOf(document: NftDocument, table: NftTable): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const chain of table.chains) {
    if (!chain.rules.some(({ span }) => update.test(document.text.slice(span.start, span.end)))) continue;
    const { sets, endpoints } = readChain(chain);
    for (const endpoint of endpoints) {
      const known = lists.get(endpoint) ?? [];
      known.push(...sets.map((set) => `${table.family} ${table.name} ${set}`));
      lists.set(endpoint, known);
    }
  }
  return lists;
}

export function endpointKey(address: string, port: number): string {
  return `${addressScalar(address)} ${port}`;
}

function readChain(chain: NftChain): { readonly sets: readonly string[]; readonly endpoints: readonly string[] } {
  const statements = chain.rules.flatMap((rule) => rule.statements());
  return {
    sets: statements.flatMap((statement) => (isUpdate(statement) ? [statement.set] : [])),
    endpoints: statements.flatMap((statement) => endpointOf(statement) ?? []),
  };
}

function isUpdate(statement: NftStatement): statement is Extract<NftStatement, { kind: 'setUpdate' }> {
  return statement.kind === 'setUpdate' && statement.operation !== 'delete';
}

/** The endpoint of `dnat to 10.0.0.1:80`. */
function endpointOf(statement: NftStatement): string | undefined {
  if (statement.kind !== 'nat' || statement.type !== 'dnat') return undefined;
  const address = constant(statement.address);
  const port = constant(statement.port);
  return typeof address === 'string' && typeof port === 'number' ? endpointKey(address, port) : undefined;
}

function constant(expression: NftExpression | undefined): string | number | boolean | undefined {
  return expression?.kind === 'value' ? expression.value : undefined;
}
