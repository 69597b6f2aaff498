import { formatAddress } from '../model/address.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Endpoint, ServiceChain, ServicePort } from '../model/service.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import { endpointSource } from './endpointNodes.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import { isInBlock, type Place } from './place.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Chains of a Service port by what packets can jump between: one family's one table in one part. */
function chainKey({ location, family, table }: ServiceChain, name: string): string {
  return `${location.part} ${family} ${table} ${name}`;
}

/** How the chains of a Service port lead to each other. */
export class ChainWalk {
  readonly #chains: ReadonlyMap<string, ServiceChain>;
  readonly #port: ServicePort;

  constructor(port: ServicePort) {
    this.#port = port;
    this.#chains = new Map(port.chains.map((chain) => [chainKey(chain, chain.name), chain]));
  }

  /**
   * The chains that packets enter from kube-proxy's base chains: those that no other leads to, and those for the
   * cluster, which are entered directly and also through the external ones.
   */
  entries(): readonly ServiceChain[] {
    const chains = this.#port.chains.filter(({ role }) => role !== 'endpoint');
    const reached = new Set(chains.flatMap((chain) => this.next(chain)));
    return chains.filter((chain) => chain.role === 'cluster' || !reached.has(chain));
  }

  /** The chains that a chain leads to, without those of single endpoints. */
  next(chain: ServiceChain): readonly ServiceChain[] {
    return chain.next.flatMap((name) => {
      const next = this.#chains.get(chainKey(chain, name));
      return next && next.role !== 'endpoint' && next !== chain ? next : [];
    });
  }

  /** The endpoints that a chain hands packets to itself: by a chain of theirs, or by their address as nft writes it. */
  endpoints(chain: ServiceChain): readonly Endpoint[] {
    const names = new Set(chain.next);
    return this.#port.endpoints.filter((endpoint) => {
      if (endpoint.family !== chain.family) return false;
      return (
        names.has(`${endpoint.ip} . ${endpoint.port}`) || (endpoint.chain !== undefined && names.has(endpoint.chain))
      );
    });
  }

  /** Whether a line belongs to a chain or to what it leads to. */
  holds(chain: ServiceChain, place: Place, above: readonly ServiceChain[] = []): boolean {
    if (above.includes(chain)) return false;
    if (isInBlock(place, chain.location, chain.table, chain.name)) return true;
    return (
      this.endpoints(chain).some((endpoint) => place.block !== undefined && endpoint.chain === place.block.name) ||
      this.next(chain).some((next) => this.holds(next, place, [...above, chain]))
    );
  }

  /** All chains, those of endpoints included, in the order in which a packet can meet them, each once. */
  inWalkOrder(): readonly ServiceChain[] {
    const seen = new Set<ServiceChain>();
    const visit = (chain: ServiceChain): void => {
      if (seen.has(chain)) return;
      seen.add(chain);
      for (const name of chain.next) {
        const next = this.#chains.get(chainKey(chain, name));
        if (next) visit(next);
      }
    };
    // The cluster's chain last: the external ones that lead to it stand before it then.
    const entries = this.entries();
    for (const chain of entries) if (chain.role !== 'cluster') visit(chain);
    for (const chain of [...entries, ...this.#port.chains]) visit(chain);
    return [...seen];
  }
}

/** Adds the chains of a Service port as packets walk them, down to the endpoints. */
export function addChains(
  siblings: Siblings,
  port: ServicePort,
  text: SnapshotText,
  document: (target?: SourceLocation) => OutlineDocument,
): void {
  const walk = new ChainWalk(port);
  for (const chain of walk.entries()) addChain(siblings, chain, walk, text, document, []);
}

function addChain(
  siblings: Siblings,
  chain: ServiceChain,
  walk: ChainWalk,
  text: SnapshotText,
  document: (target?: SourceLocation) => OutlineDocument,
  above: readonly ServiceChain[],
): void {
  // Rules that go round in circles can be written by hand; the kernel refuses them, a saved dump may hold them.
  if (above.includes(chain)) return;
  const { family, table, name, role, rules, location } = chain;
  const source: NodeSource = {
    facts: () => ({
      kind: 'chain',
      backend: text.backend(location.part),
      family,
      table,
      name,
      role,
      owner: 'kube-proxy',
      rules,
    }),
    location,
    children: (below) => {
      for (const next of walk.next(chain)) addChain(below, next, walk, text, document, [...above, chain]);
      for (const endpoint of walk.endpoints(chain)) {
        below.add(formatAddress(endpoint.ip, endpoint.port), endpointSource(endpoint, document));
      }
    },
    searchText: () => searchable(name),
    holds: (place) => walk.holds(chain, place),
    endpointCount: () => walk.endpoints(chain).length,
    document: () => document(location),
  };
  siblings.add(`${family}:${table}:${name}`, source);
}
