import type { NftablesSet } from '../../model/serviceRules.ts';
import type { ResolvedEndpoint, ResolvedServicePort } from '../resolvedService.ts';
import { type EndpointChainNames, endpointChainNames, type ServiceChainNames } from './chainNames.ts';
import { durationText } from './durationText.ts';
import { type CommonSets, plainChain, type TableBuild } from './tableBuild.ts';
import type { FamilyWords } from './words.ts';

/** Adds the chains that choose an endpoint of a Service port, and what each endpoint has of its own. */
export function addEndpoints(
  table: TableBuild,
  sets: CommonSets,
  port: ResolvedServicePort,
  names: ServiceChainNames,
  words: FamilyWords,
): void {
  const { protocol, affinitySeconds } = port;
  for (const { ip, port: number, isLocal } of port.allLocallyReachableEndpoints) {
    if (isLocal) sets.hairpinConnections.elements.set(`${ip} . ${ip} . ${protocol} . ${number}`, '');
  }
  const rulesFor =
    affinitySeconds === undefined
      ? (endpoints: readonly ResolvedEndpoint[]) => [balancingByAddress(port, endpoints, words)]
      : affinityRules(addAffinity(table, port, affinitySeconds, words), words);
  const { clusterEndpoints, localEndpoints } = port;
  if (port.usesClusterEndpoints && clusterEndpoints.length > 0) {
    table.chains.set(names.cluster, plainChain(...rulesFor(clusterEndpoints)));
  }
  if (port.usesLocalEndpoints && localEndpoints.length > 0) {
    table.chains.set(names.local, plainChain(...rulesFor(localEndpoints)));
  }
}

/** Sends each connection to any of the endpoints, with equal shares. */
function balancingByAddress(
  { protocol }: ResolvedServicePort,
  endpoints: readonly ResolvedEndpoint[],
  { ip: header }: FamilyWords,
): string {
  const elements = endpoints.map(({ ip, port }, index) => `${index} : ${ip} . ${port}`).join(', ');
  return `meta l4proto ${protocol} dnat ${header} to numgen random mod ${endpoints.length} map { ${elements} }`;
}

/** Adds a chain and a set for each endpoint: the set remembers the clients that were sent to it. */
function addAffinity(
  table: TableBuild,
  port: ResolvedServicePort,
  affinitySeconds: number,
  { ip: header, addressType }: FamilyWords,
): ReadonlyMap<ResolvedEndpoint, EndpointChainNames> {
  const timeout = durationText(affinitySeconds);
  const names = new Map<ResolvedEndpoint, EndpointChainNames>();
  for (const endpoint of port.allLocallyReachableEndpoints) {
    const { chain, affinitySet } = endpointChainNames(port, endpoint);
    names.set(endpoint, { chain, affinitySet });
    table.sets.set(affinitySet, clientSet(addressType, timeout));
    const remember = `update @${affinitySet} { ${header} saddr }`;
    table.chains.set(chain, plainChain(remember, `meta l4proto ${port.protocol} dnat to ${endpoint.address}`));
  }
  return names;
}

/** What packets put into the sets of clients is the kernel's. */
const none: ReadonlyMap<string, string> = new Map();
const clientSetFlags: readonly string[] = ['dynamic', 'timeout'];

function clientSet(type: string, timeout: string): NftablesSet {
  return {
    kind: 'set',
    type,
    flags: clientSetFlags,
    timeout,
    comment: undefined,
    elements: none,
    elementComments: none,
  };
}

/** Sends clients where they were sent before, and others to any of the endpoints. */
function affinityRules(
  names: ReadonlyMap<ResolvedEndpoint, EndpointChainNames>,
  { ip: header }: FamilyWords,
): (endpoints: readonly ResolvedEndpoint[]) => readonly string[] {
  return (endpoints) => {
    const rules: string[] = [];
    const choices: string[] = [];
    for (const endpoint of endpoints) {
      const { chain, affinitySet } = names.get(endpoint) ?? { chain: '', affinitySet: '' };
      rules.push(`${header} saddr @${affinitySet} goto ${chain}`);
      choices.push(`${choices.length} : goto ${chain}`);
    }
    rules.push(`numgen random mod ${endpoints.length} vmap { ${choices.join(', ')} }`);
    return rules;
  };
}
