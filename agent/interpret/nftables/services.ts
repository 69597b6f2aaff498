import type { ServiceProtocol } from '../../model/address.ts';
import type { ServicePort } from '../../model/service.ts';
import type { NftChain } from '../../ruleset/nftables/document.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import { formatServicePortName, parseServicePortName, type ServicePortName } from '../serviceName.ts';
import { LazyServicePort, type ServicePortReader } from '../servicePort.ts';
import { parseChainName } from './chainName.ts';
import { chainTargets, describeChain } from './chainRules.ts';
import { type BalancingChain, readEndpoints } from './endpoints.ts';
import { type KnownAddresses, readFrontends, readKnownAddresses } from './frontends.ts';
import { describeEntry, type MapEntry, readMapEntries } from './mapEntries.ts';
import type { ProxyTable } from './proxyTable.ts';

/** What was found of one port of one Service, in both families. */
interface PortDraft {
  readonly name: ServicePortName;
  readonly protocol: ServiceProtocol;
  readonly entries: MapEntry[];
}

/** The Services that kube-proxy's nftables mode programmed, of both families. */
export function interpretNftables(tables: readonly ProxyTable[], objects: ObjectIndex | undefined): ServicePort[] {
  const drafts = new Map<string, PortDraft>();
  const addresses = new Map(tables.map((table) => [table, readKnownAddresses(table)] as const));
  for (const entry of tables.flatMap(readMapEntries)) {
    const { name, key } = identify(entry, objects);
    const draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, { name, protocol: entry.protocol, entries: [entry] });
    else draft.entries.push(entry);
  }
  return [...drafts.values()].map((draft) => toServicePort(draft, addresses, objects));
}

/** Names the entry's Service: by the chain it leads to, its comment, or the objects. */
function identify(entry: MapEntry, objects: ObjectIndex | undefined): { name: ServicePortName; key: string } {
  const chain = 'target' in entry.verdict ? parseChainName(entry.verdict.target) : undefined;
  const commented = entry.element.comment === undefined ? undefined : parseServicePortName(entry.element.comment);
  const name = chain?.service ?? commented ?? (chain === undefined ? undefined : objects?.byChainHash(chain.hash));
  if (name !== undefined) return { name, key: `${formatServicePortName(name)} ${entry.protocol}` };
  const nameless = chain?.hash ?? `${entry.ip ?? ''} ${entry.port}`;
  return { name: { namespace: '', name: '', portName: '' }, key: `# ${nameless} ${entry.protocol}` };
}

function toServicePort(
  draft: PortDraft,
  addresses: ReadonlyMap<ProxyTable, KnownAddresses>,
  objects: ObjectIndex | undefined,
): ServicePort {
  const { namespace, name, portName } = draft.name;
  // Entries of node ports carry no address, and another port than the Service's.
  const port = draft.entries.find(({ ip }) => ip !== undefined)?.port ?? 0;
  return new LazyServicePort(
    { namespace, name, port: { name: portName, protocol: draft.protocol, port } },
    new NftablesReader(draft, addresses, objects),
  );
}

interface ReachedChain {
  readonly proxyTable: ProxyTable;
  readonly chain: NftChain;
}

class NftablesReader implements ServicePortReader {
  readonly #draft: PortDraft;
  readonly #addresses: ReadonlyMap<ProxyTable, KnownAddresses>;
  readonly #objects: ObjectIndex | undefined;
  #reached: readonly ReachedChain[] | undefined;

  constructor(draft: PortDraft, addresses: ReadonlyMap<ProxyTable, KnownAddresses>, objects: ObjectIndex | undefined) {
    this.#draft = draft;
    this.#addresses = addresses;
    this.#objects = objects;
  }

  frontends() {
    return readFrontends(this.#draft.entries, this.#addresses, this.#objects);
  }

  endpoints() {
    return readEndpoints(this.#balancingChains(), this.#draft.name, this.#objects);
  }

  /** The timeout of the set in which the Service's chain looks a client up. */
  affinitySeconds(): number | undefined {
    for (const { proxyTable, chain } of this.#balancingChains()) {
      for (const statement of chain.rules[0]?.statements() ?? []) {
        if (statement.kind !== 'match' || statement.right.kind !== 'namedSet') continue;
        return proxyTable.sets.get(statement.right.name)?.timeout;
      }
    }
    return undefined;
  }

  chains() {
    return this.#chains()
      .map(({ proxyTable, chain }) => describeChain(proxyTable, chain))
      .filter((chain) => chain !== undefined);
  }

  virtualServers() {
    return [];
  }

  maps() {
    return this.#draft.entries.map(describeEntry);
  }

  #balancingChains(): BalancingChain[] {
    return this.#chains().flatMap(({ proxyTable, chain }) => {
      const role = parseChainName(chain.name)?.role;
      return role === 'cluster' || role === 'local' ? [{ proxyTable, chain, role }] : [];
    });
  }

  /** The chains that packets of the Service go through, in the order in which they are met. */
  #chains(): readonly ReachedChain[] {
    if (this.#reached !== undefined) return this.#reached;
    const reached = new Map<NftChain, ReachedChain>();
    const visit = (proxyTable: ProxyTable, name: string): void => {
      const chain = proxyTable.chains.get(name);
      if (chain === undefined || reached.has(chain) || parseChainName(name) === undefined) return;
      reached.set(chain, { proxyTable, chain });
      for (const target of chainTargets(chain)) visit(proxyTable, target);
    };
    for (const { proxyTable, verdict } of this.#draft.entries) {
      if ('target' in verdict) visit(proxyTable, verdict.target);
    }
    this.#reached = [...reached.values()];
    return this.#reached;
  }
}
