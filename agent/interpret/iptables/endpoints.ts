import type { Endpoint } from '../../model/service.ts';
import type { ChainIndex, IptablesDump, RuleIndex } from '../../ruleset/iptables/document.ts';
import { type AddressAndPort, parseAddressAndPort } from '../addressText.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ServicePortName } from '../serviceName.ts';
import { type BalancingRule, readBalancing } from './balancing.ts';
import { endpointIn } from './comments.ts';
import type { PortChain } from './reachableChains.ts';

/** An endpoint's chain with the parts that the Service's chains give it. */
interface EndpointDraft {
  readonly ruleset: IptablesRuleset;
  readonly balancing: BalancingRule;
  share: number | undefined;
  localShare: number | undefined;
}

/** The endpoints of a Service's port with their parts of new connections, each once. */
export function readEndpoints(
  chains: readonly PortChain[],
  name: ServicePortName,
  objects: ObjectIndex | undefined,
): Endpoint[] {
  const found = new Map<IptablesRuleset, Map<ChainIndex, EndpointDraft>>();
  for (const { ruleset, chain, role } of chains) {
    // KUBE-XLB- holds the local endpoints itself; KUBE-EXT- has none.
    if (role === 'firewall' || role === 'endpoint') continue;
    const drafts = found.get(ruleset) ?? new Map<ChainIndex, EndpointDraft>();
    found.set(ruleset, drafts);
    for (const balancing of readBalancing(ruleset, chain)) {
      const known = drafts.get(balancing.endpointChain);
      const draft = known ?? { ruleset, balancing, share: undefined, localShare: undefined };
      drafts.set(balancing.endpointChain, draft);
      if (role === 'cluster') draft.share = balancing.share;
      else draft.localShare = balancing.share;
    }
  }
  const endpoints = new Map<string, Endpoint>();
  for (const [ruleset, drafts] of found) {
    const hasCluster = chains.some((chain) => chain.ruleset === ruleset && chain.role === 'cluster');
    for (const draft of drafts.values()) {
      const endpoint = finish(draft, hasCluster, name, objects);
      const key = endpoint === undefined ? '' : `${endpoint.ip} ${endpoint.port}`;
      if (endpoint !== undefined && !endpoints.has(key)) endpoints.set(key, endpoint);
    }
  }
  return [...endpoints.values()];
}

function finish(
  { ruleset, balancing, share, localShare }: EndpointDraft,
  hasCluster: boolean,
  { namespace, name }: ServicePortName,
  objects: ObjectIndex | undefined,
): Endpoint | undefined {
  const { dump, family, locator } = ruleset;
  const dnat = findDnat(dump, balancing.endpointChain);
  const address = addressOf(dump, dnat, balancing.rule);
  if (address === undefined) return undefined;
  const counters = dnat === undefined ? undefined : dump.ruleCounters(dnat);
  const local = localShare === undefined ? objects?.isLocal(namespace, name, address.ip) : true;
  return {
    ...address,
    family,
    share: share ?? (hasCluster ? 0 : (localShare ?? 0)),
    ...(localShare === undefined ? {} : { localShare }),
    ...(local === undefined ? {} : { local }),
    chain: dump.chainName(balancing.endpointChain),
    location: locator.line(dnat === undefined ? dump.chain(balancing.endpointChain).line : dump.ruleLine(dnat)),
    ...(counters === undefined ? {} : { counters }),
  };
}

/** The rule of an endpoint's chain that rewrites the destination. */
export function findDnat(dump: IptablesDump, endpointChain: ChainIndex): RuleIndex | undefined {
  const rules = dump.chainRules(endpointChain);
  // It is the last one: the first masquerades hairpin traffic.
  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index];
    if (rule !== undefined && dump.targetChain(rule) === -1 && dump.targetName(rule) === 'DNAT') return rule;
  }
  return undefined;
}

/** Where DNAT sends packets; where that is missing, the address in the comment of the rule that leads there. */
function addressOf(dump: IptablesDump, dnat: RuleIndex | undefined, balancing: RuleIndex): AddressAndPort | undefined {
  const destination = dnat === undefined ? undefined : dump.optionValue(dnat, '--to-destination');
  return parseAddressAndPort(destination ?? endpointIn(dump.comment(balancing) ?? '') ?? '');
}
