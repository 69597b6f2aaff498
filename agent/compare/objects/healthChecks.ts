import { ipvsSetName } from '../../model/ipvsSets.ts';
import type { ServiceRules } from '../../model/serviceRules.ts';

const healthCheckRule = /--comment "(\S+?)(?::\S*)? health check node port".* --dport (\d+) /;

/** Ports of health checks by `NAMESPACE/NAME`; in ipvs mode, whose sets carry no names, under ''. */
export function healthCheckNodePorts({ families }: ServiceRules): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>();
  const add = (service: string, port: number): void => {
    const ports = found.get(service) ?? new Set();
    found.set(service, ports.add(port));
  };
  for (const [family, { iptables, ipsets }] of families) {
    for (const rule of iptables.tables.get('filter')?.chains.get('KUBE-NODEPORTS') ?? []) {
      const [, service, port] = healthCheckRule.exec(rule) ?? [];
      if (service !== undefined) add(service, Number(port));
    }
    for (const entry of ipsets.get(ipvsSetName('KUBE-HEALTH-CHECK-NODE-PORT', family))?.entries ?? []) {
      add('', Number(entry));
    }
  }
  return new Map([...found].map(([service, ports]) => [service, [...ports]]));
}
