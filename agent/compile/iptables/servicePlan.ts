import type { ResolvedServicePort } from '../resolvedService.ts';
import { type ServiceChainNames, serviceChainNames } from './chainNames.ts';
import { commentName } from './ruleText.ts';

/** Which of a Service port's chains are made, and where its packets go. */
export interface ServicePlan {
  readonly port: ResolvedServicePort;
  /** The name as it stands in comments. */
  readonly name: string;
  readonly chains: ServiceChainNames;
  /** The chain for packets to the cluster IP; undefined when no endpoint takes them. */
  readonly internalChain: string | undefined;
  /** The chain for packets from outside that got as far as the endpoints; undefined when none takes them. */
  readonly externalPolicyChain: string | undefined;
  readonly usesExternalChain: boolean;
  readonly usesFirewallChain: boolean;
  /** Comment and target for packets that no endpoint takes; those of policy Local vanish, as another node may take them. */
  readonly refusal: { readonly comment: string; readonly verdict: 'reject' | 'drop' };
}

export function planService(port: ResolvedServicePort): ServicePlan {
  const { hasAnyEndpoints, internalPolicyLocal, externalPolicyLocal } = port;
  const chains = serviceChainNames(port.name, port.protocol);
  const name = commentName(port.name);
  const hasLocal = port.localEndpoints.length > 0;
  const chainOf = (policyLocal: boolean): string | undefined => {
    if (!hasAnyEndpoints || (policyLocal && !hasLocal)) return undefined;
    return policyLocal ? chains.local : chains.cluster;
  };
  return {
    port,
    name,
    chains,
    internalChain: chainOf(internalPolicyLocal),
    externalPolicyChain: chainOf(externalPolicyLocal),
    usesExternalChain: hasAnyEndpoints && port.externallyAccessible,
    usesFirewallChain: hasAnyEndpoints && port.loadBalancerIps.length > 0 && port.loadBalancerSourceRanges.length > 0,
    refusal: hasAnyEndpoints
      ? { comment: `${name} has no local endpoints`, verdict: 'drop' }
      : { comment: `${name} has no endpoints`, verdict: 'reject' },
  };
}
