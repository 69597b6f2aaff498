import type { Chains } from './chains.ts';
import { type Compilation, localhostNodePortCounter } from './compilation.ts';
import { nfacct } from './fixedChains.ts';
import { comment } from './ruleText.ts';
import type { ServicePlan } from './servicePlan.ts';

/** Adds the rules that take what is for one of a Service port's addresses, or refuse it where no endpoint takes it. */
export function addServicePortals(plan: ServicePlan, filter: Chains, nat: Chains, compilation: Compilation): void {
  addClusterIp(plan, filter, nat, compilation);
  addExternalAddresses(plan, filter, nat, compilation);
  addNodePort(plan, filter, nat, compilation);
  const { healthCheckNodePort } = plan.port;
  if (healthCheckNodePort !== 0) {
    const words = comment(`${plan.name} health check node port`);
    filter.of('KUBE-NODEPORTS').push(`-p tcp ${words} -m tcp --dport ${healthCheckNodePort} -j ACCEPT`);
  }
}

function addClusterIp(plan: ServicePlan, filter: Chains, nat: Chains, compilation: Compilation): void {
  const { port, name, internalChain } = plan;
  if (internalChain === undefined) {
    filter.of('KUBE-SERVICES').push(refuse(plan, port.clusterIp, compilation));
  } else {
    const words = comment(`${name} cluster IP`);
    nat.of('KUBE-SERVICES').push(`${toAddress(plan, port.clusterIp, words, compilation)} -j ${internalChain}`);
  }
}

function addExternalAddresses(plan: ServicePlan, filter: Chains, nat: Chains, compilation: Compilation): void {
  const { port, name, chains, usesFirewallChain } = plan;
  const services = nat.of('KUBE-SERVICES');
  const balancedChain = usesFirewallChain ? chains.firewall : chains.external;
  if (port.hasAnyEndpoints) {
    const externalIp = comment(`${name} external IP`);
    for (const ip of port.externalIps) {
      services.push(`${toAddress(plan, ip, externalIp, compilation)} -j ${chains.external}`);
    }
    const balancerIp = comment(`${name} loadbalancer IP`);
    for (const ip of port.loadBalancerIps) {
      services.push(`${toAddress(plan, ip, balancerIp, compilation)} -j ${balancedChain}`);
    }
  }
  if (usesFirewallChain) {
    const words = comment(`${name} traffic not accepted by ${chains.firewall}`);
    for (const ip of port.loadBalancerIps) {
      filter.of('KUBE-PROXY-FIREWALL').push(`${toAddress(plan, ip, words, compilation)} -j DROP`);
    }
  }
  if (plan.externalPolicyChain === undefined) {
    const refused = filter.of('KUBE-EXTERNAL-SERVICES');
    for (const ip of port.externalIps) refused.push(refuse(plan, ip, compilation));
    for (const ip of port.loadBalancerIps) refused.push(refuse(plan, ip, compilation));
  }
}

function addNodePort(plan: ServicePlan, filter: Chains, nat: Chains, compilation: Compilation): void {
  const { port, name, chains } = plan;
  const { protocol, nodePort } = port;
  if (nodePort === 0) return;
  if (port.hasAnyEndpoints) {
    const nodePorts = nat.of('KUBE-NODEPORTS');
    const match = `-p ${protocol} ${comment(name)} -m ${protocol} --dport ${nodePort}`;
    if (compilation.localhostNodePorts && compilation.options.kernel.nfacctCounters.has(localhostNodePortCounter)) {
      nodePorts.push(`-d 127.0.0.0/8 ${match} ${nfacct(localhostNodePortCounter)}-j ${chains.external}`);
    }
    nodePorts.push(`${match} -j ${chains.external}`);
  }
  if (plan.externalPolicyChain === undefined) {
    const words = comment(plan.refusal.comment);
    const match = `-p ${protocol} ${words} -m addrtype --dst-type LOCAL -m ${protocol} --dport ${nodePort}`;
    filter.of('KUBE-EXTERNAL-SERVICES').push(`${match} -j ${refusalTarget(plan, compilation)}`);
  }
}

/** What matches packets to a Service port on one of its addresses. */
function toAddress({ port }: ServicePlan, ip: string, words: string, { hostBits }: Compilation): string {
  return `-d ${ip}${hostBits} -p ${port.protocol} ${words} -m ${port.protocol} --dport ${port.port}`;
}

function refuse(plan: ServicePlan, ip: string, compilation: Compilation): string {
  const words = comment(plan.refusal.comment);
  return `${toAddress(plan, ip, words, compilation)} -j ${refusalTarget(plan, compilation)}`;
}

function refusalTarget({ refusal }: ServicePlan, { reject }: Compilation): string {
  return refusal.verdict === 'reject' ? reject : 'DROP';
}
