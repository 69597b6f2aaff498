import type { IpFamily } from '../../model/address.ts';
import type { IptablesRules, IptablesTable, ServiceTable } from '../../model/serviceRules.ts';
import { ObjectMemo } from '../objectMemo.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { Chains } from './chains.ts';
import { type Compilation, portSettings, prepareCompilation } from './compilation.ts';
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
  const settings = portSettings(compilation);
  for (const port of ports) {
    const own = memos[family].get(port, [settings], () => compilePort(port, compilation));
    filter.addAll(own.filter);
    nat.addAll(own.nat);
  }
  addNodePortsRule(nat, compilation);
  const tables = new Map<ServiceTable, IptablesTable>([
    ['mangle', finish('mangle', new Chains())],
    ['filter', finish('filter', filter)],
    ['nat', finish('nat', nat)],
  ]);
  return { backend: undefined, tables };
}

/** What one Service port adds: chains of its own, and rules of those that all share. */
interface PortChains {
  readonly filter: Chains;
  readonly nat: Chains;
}

type PortMemo = ObjectMemo<ResolvedServicePort, PortChains>;

const memos: Readonly<Record<IpFamily, PortMemo>> = { ipv4: new ObjectMemo(), ipv6: new ObjectMemo() };

function compilePort(port: ResolvedServicePort, compilation: Compilation): PortChains {
  const plan = planService(port);
  const filter = new Chains();
  const nat = new Chains();
  addServicePortals(plan, filter, nat, compilation);
  addInternalMasquerade(plan, nat, compilation);
  addExternalChain(plan, nat, compilation);
  addFirewallChain(plan, nat, compilation);
  addEndpointChains(plan, nat, compilation);
  return { filter, nat };
}

function finish(table: ServiceTable, chains: Chains): IptablesTable {
  chains.of(canary);
  return { chains: chains.rules, hooks: iptablesHooks[table] };
}
