import { formatAddress, type IpFamily } from '../../model/address.ts';
import type { ServiceRules } from '../../model/serviceRules.ts';
import type { UdpFrontends } from '../../model/udpFrontends.ts';
import { noFamilyRules } from '../noRules.ts';
import type { PlanStep } from '../planStep.ts';
import { readUdpFlows, type UdpFlow } from './udpFlows.ts';
import { udpFrontends } from './udpFrontends.ts';

/**
 * The UDP frontends of which a change can leave stale entries behind. The kernel sends the packets of a UDP flow where
 * it sent the first one for as long as packets come: to an endpoint that is gone, or, when there was none yet, nowhere
 * (pkg/proxy/conntrack/cleanup.go; kubernetes#139628 for Services without endpoints, #141371 for deleted ones).
 * TCP needs no such help: its clients begin anew.
 */
export interface StaleFlowSearch {
  readonly family: IpFamily;
  /** After the change. */
  readonly frontends: UdpFrontends;
  /** Those that the change takes away, with the endpoints that they had. */
  readonly gone: UdpFrontends;
}

/** What lists the UDP flows of a family, for {@link staleFlowSteps}. */
export function listFlowsCommand(family: IpFamily): readonly [program: string, ...args: string[]] {
  return ['conntrack', '-L', '-f', family, '-p', 'udp'];
}

/**
 * What is to be looked for after a change; empty when neither side has UDP frontends.
 *
 * @param wanted by family, the frontends after the change with every endpoint that still serves, whether or not new
 *   flows are sent to it; by default those of the desired rules
 */
export function staleFlowSearches(
  current: ServiceRules,
  desired: ServiceRules,
  wanted?: ReadonlyMap<IpFamily, UdpFrontends>,
): readonly StaleFlowSearch[] {
  return [...desired.families].flatMap(([family, rules]) => {
    const frontends = wanted?.get(family) ?? udpFrontends(rules);
    const before = udpFrontends(current.families.get(family) ?? noFamilyRules);
    const gone = {
      addresses: without(before.addresses, frontends.addresses),
      nodePorts: without(before.nodePorts, frontends.nodePorts),
    };
    const count = [frontends, gone].reduce((sum, each) => sum + each.addresses.size + each.nodePorts.size, 0);
    return count === 0 ? [] : [{ family, frontends, gone }];
  });
}

function without<Key, Value>(map: ReadonlyMap<Key, Value>, others: ReadonlyMap<Key, unknown>): Map<Key, Value> {
  return new Map([...map].filter(([key]) => !others.has(key)));
}

/**
 * The steps that remove stale flows, one for each pair of frontend and endpoint that has some. To be made when the
 * rules of the change stand, or new stale flows would take the place of the old.
 *
 * @param listing what {@link listFlowsCommand} printed
 * @param nodeAddresses addresses that take node ports; flows to other ones are not for this node, whatever their port
 */
export function staleFlowSteps(
  { family, frontends, gone }: StaleFlowSearch,
  listing: string,
  nodeAddresses: ReadonlySet<string>,
): readonly PlanStep[] {
  const steps = new Map<string, PlanStep>();
  for (const flow of readUdpFlows(listing)) {
    const destination = formatAddress(flow.destination, flow.destinationPort);
    const answerer = formatAddress(flow.answerer, flow.answererPort);
    const key = `${destination} ${answerer}`;
    if (steps.has(key)) continue;
    const isNodePort = nodeAddresses.has(flow.destination);
    const wanted =
      frontends.addresses.get(destination) ?? (isNodePort ? frontends.nodePorts.get(flow.destinationPort) : undefined);
    const had = gone.addresses.get(destination) ?? (isNodePort ? gone.nodePorts.get(flow.destinationPort) : undefined);
    // What is no frontend any more may be anybody's now; only what its endpoints had is known to be stale.
    const isStale = wanted === undefined ? had?.has(answerer) === true : !wanted.has(answerer);
    if (isStale) steps.set(key, deleteFlows(family, flow));
  }
  return [...steps.values()];
}

function deleteFlows(family: IpFamily, flow: UdpFlow): PlanStep {
  return {
    phase: 'break',
    part: 'conntrack',
    family,
    argv: [
      'conntrack',
      '-D',
      ...['-f', family],
      ...['-p', 'udp'],
      ...['--orig-dst', flow.destination],
      ...['--orig-port-dst', String(flow.destinationPort)],
      ...['--reply-src', flow.answerer],
      ...['--reply-port-src', String(flow.answererPort)],
    ],
    stdin: '',
    // There is nothing to delete when the flows have ended by themselves.
    alsoFine: [1],
  };
}
