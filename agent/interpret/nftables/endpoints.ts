import type { Endpoint } from '../../model/service.ts';
import type { Span } from '../../ruleset/common/position.ts';
import type { NftChain } from '../../ruleset/nftables/document.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import type { ServicePortName } from '../serviceName.ts';
import { type BalancedPart, findDnat, readBalancing } from './chainRules.ts';
import type { ProxyTable } from './proxyTable.ts';

/** A chain that spreads connections over endpoints. */
export interface BalancingChain {
  readonly proxyTable: ProxyTable;
  readonly chain: NftChain;
  readonly role: 'cluster' | 'local';
}

interface EndpointDraft {
  readonly proxyTable: ProxyTable;
  readonly ip: string;
  readonly port: number;
  readonly chain: string | undefined;
  readonly span: Span;
  share: number | undefined;
  localShare: number | undefined;
}

/** The endpoints of a Service's port with their parts of new connections, each once. */
export function readEndpoints(
  chains: readonly BalancingChain[],
  { namespace, name }: ServicePortName,
  objects: ObjectIndex | undefined,
): Endpoint[] {
  const drafts = new Map<string, EndpointDraft>();
  for (const { proxyTable, chain, role } of chains) {
    for (const part of readBalancing(chain)) {
      const found = locatePart(proxyTable, part);
      if (found === undefined) continue;
      const key = `${found.ip} ${found.port}`;
      const draft = drafts.get(key) ?? { ...found, proxyTable, share: undefined, localShare: undefined };
      drafts.set(key, draft);
      if (role === 'cluster') draft.share = (draft.share ?? 0) + part.share;
      else draft.localShare = (draft.localShare ?? 0) + part.share;
    }
  }
  return [...drafts.values()].map(({ proxyTable, ip, port, chain, span, share, localShare }) => {
    const hasCluster = chains.some((other) => other.proxyTable === proxyTable && other.role === 'cluster');
    const local = localShare === undefined ? objects?.isLocal(namespace, name, ip) : true;
    return {
      ip,
      port,
      family: proxyTable.family,
      share: share ?? (hasCluster ? 0 : (localShare ?? 0)),
      ...(localShare === undefined ? {} : { localShare }),
      ...(local === undefined ? {} : { local }),
      ...(chain === undefined ? {} : { chain }),
      location: proxyTable.locator.at(span),
    };
  });
}

function locatePart(
  { chains }: ProxyTable,
  { to, element }: BalancedPart,
): { ip: string; port: number; chain: string | undefined; span: Span } | undefined {
  if ('ip' in to) return { ...to, chain: undefined, span: element.span };
  const chain = chains.get(to.chain);
  const dnat = chain === undefined ? undefined : findDnat(chain);
  return dnat === undefined ? undefined : { ...dnat.address, chain: to.chain, span: dnat.rule.span };
}
