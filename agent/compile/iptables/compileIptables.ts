import type { IpFamily } from '../../model/address.ts';
import type { IptablesRules, IptablesTable, ServiceTable } from '../../model/serviceRules.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { Chains } from './chains.ts';
import { prepareCompilation } from './compilation.ts';
import { addEndpointChains } from './endpointChains.ts';
import { addFixedFilterChains, addFixedNatChains, addNodePortsRule } from './fixedChains.ts';
import { iptablesHooks } from './hooks.ts';
import { addExternalChain, addFirewallChain, addInternalMasquerade } from './serviceChains.ts';
import { planService } from './servicePlan.ts';
import { addServicePortals } from './servicePortals.ts';

/** Whether it is there tells kube-proxy that nobody flushed the tables; each table has it. */
const canary = 'KUBE-PROXY-CANARY';

/**
 * The rules of iptables mode for one family, as kube-proxy v1.36 has them in the kernel after a full sync
 * (`syncProxyRules` of pkg/proxy/iptables/proxier.go), in the words of iptables-save.
 *
 * @param ports sorted, so that the same objects always give the same rules
 */
export function compileIptables(
  ports: readonly ResolvedServicePort[],
  options: ProxyOptions,
  family: IpFamily,
): IptablesRules {
  const compilation = prepareCompilation(ports, options, family);
  const filter = new Chains();
  const nat = new Chains();
  addFixedFilterChains(filter, compilation);
  addFixedNatChains(nat, compilation);
  for (const port of ports) {
    const plan = planService(port);
    addServicePortals(plan, filter, nat, compilation);
    addInternalMasquerade(plan, nat, compilation);
    addExternalChain(plan, nat, compilation);
    addFirewallChain(plan, nat, compilation);
    addEndpointChains(plan, nat, compilation);
  }
  addNodePortsRule(nat, compilation);
  const tables = new Map<ServiceTable, IptablesTable>([
    ['mangle', finish('mangle', new Chains())],
    ['filter', finish('filter', filter)],
    ['nat', finish('nat', nat)],
  ]);
  return { backend: undefined, tables };
}

function finish(table: ServiceTable, chains: Chains): IptablesTable {
  chains.of(canary);
  return { chains: chains.rules, hooks: iptablesHooks[table] };
}
