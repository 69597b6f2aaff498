import { cidrContains, parseCidr } from '../../model/cidr.ts';
import type { Chains } from './chains.ts';
import type { Compilation } from './compilation.ts';
import { comment } from './ruleText.ts';
import type { ServicePlan } from './servicePlan.ts';

/**
 * Adds the rule that masquerades what reaches the cluster IP from elsewhere: it may have been routed over any node, and
 * the answer has to come back over this one.
 */
export function addInternalMasquerade(plan: ServicePlan, nat: Chains, compilation: Compilation): void {
  const { port, name, internalChain } = plan;
  const { local, options, hostBits } = compilation;
  if (internalChain === undefined || (local === undefined && !options.masqueradeAll)) return;
  const notFromPods = options.masqueradeAll ? '' : (local?.notFromPods ?? '');
  const notThroughPods = options.masqueradeAll ? '' : (local?.notThroughPods ?? '');
  const to = `${notFromPods}-d ${port.clusterIp}${hostBits} ${notThroughPods}-p ${port.protocol}`;
  const match = `${to} ${comment(`${name} cluster IP`)} -m ${port.protocol} --dport ${port.port}`;
  nat.of(internalChain).push(`${match} -j KUBE-MARK-MASQ`);
}

/** Adds the chain for what came to an address that leads in from outside of the cluster. */
export function addExternalChain(plan: ServicePlan, nat: Chains, { local }: Compilation): void {
  const { port, name, chains, externalPolicyChain } = plan;
  if (!plan.usesExternalChain) return;
  const rules = nat.of(chains.external);
  if (port.externalPolicyLocal) {
    // Endpoints on this node keep the client's address. What starts on this node or in its pods goes by policy
    // Cluster, as if it had gone out to the load balancer and come back.
    if (local !== undefined) {
      const words = comment(`pod traffic for ${name} external destinations`);
      rules.push(`${local.fromPods}${local.throughPods}${words} -j ${chains.cluster}`);
    }
    rules.push(
      `${comment(`masquerade LOCAL traffic for ${name} external destinations`)} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      `${comment(`route LOCAL traffic for ${name} external destinations`)} -m addrtype --src-type LOCAL -j ${chains.cluster}`,
    );
  } else {
    rules.push(`${comment(`masquerade traffic for ${name} external destinations`)} -j KUBE-MARK-MASQ`);
  }
  if (externalPolicyChain !== undefined) rules.push(`-j ${externalPolicyChain}`);
}

/** Adds the chain that lets only a load balancer's source ranges pass; the rest is dropped by KUBE-PROXY-FIREWALL. */
export function addFirewallChain(plan: ServicePlan, nat: Chains, { options, family, hostBits }: Compilation): void {
  const { port, name, chains } = plan;
  if (!plan.usesFirewallChain) return;
  const rules = nat.of(chains.firewall);
  const pass = `${comment(`${name} loadbalancer IP`)} -j ${chains.external}`;
  const nodeIp = options.nodeIps.get(family) ?? '';
  let allowsNode = false;
  for (const range of port.loadBalancerSourceRanges) {
    rules.push(`-s ${range} ${pass}`);
    const cidr = parseCidr(range);
    if (cidr !== undefined && cidrContains(cidr, nodeIp)) allowsNode = true;
  }
  // The load balancer's address may be the node's too: then the node's own packets to it come from that address.
  if (allowsNode) for (const ip of port.loadBalancerIps) rules.push(`-s ${ip}${hostBits} ${pass}`);
  rules.push(comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`));
}
