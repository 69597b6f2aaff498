import type { FamilyRules, ServiceRules, VirtualServerRules } from '../../model/serviceRules.ts';
import { modeOf } from '../modeOf.ts';

/**
 * What stood, without the real servers that were draining then: no connection needs them any more when that state is
 * made anew.
 */
export function withoutDrained(rules: ServiceRules): ServiceRules {
  const isIpvs = modeOf(rules) === 'ipvs';
  const families = new Map([...rules.families].map(([family, each]) => [family, familyWithoutDrained(each, isIpvs)]));
  return { ...rules, families };
}

function familyWithoutDrained(rules: FamilyRules, isIpvs: boolean): FamilyRules {
  let isDraining = false;
  const virtualServers = new Map<string, VirtualServerRules>();
  for (const [key, server] of rules.virtualServers) {
    const realServers = new Map([...server.realServers].filter(([, weight]) => weight > 0));
    const hadDrained = realServers.size < server.realServers.size;
    isDraining ||= hadDrained;
    // In another mode, nothing but its connections kept the virtual server.
    if (isIpvs || !hadDrained || realServers.size > 0) virtualServers.set(key, { ...server, realServers });
  }
  if (!isDraining) return rules;
  if (isIpvs || virtualServers.size > 0) return { ...rules, virtualServers };
  return { ...rules, virtualServers, ipsets: new Map(), serviceDevice: undefined };
}
