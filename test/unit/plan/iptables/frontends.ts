import type { SimulatedIptables } from './simulatedIptables.ts';

/** What happens to packets for one address and port. */
export interface Frontend {
  /** Where they may go. */
  readonly endpoints: Set<string>;
  isRefused: boolean;
}

/** The addresses and ports that Services have, by `ADDRESS PROTOCOL PORT`, and where their packets go. */
export function frontends(kernel: SimulatedIptables): ReadonlyMap<string, Frontend> {
  const found = new Map<string, Frontend>();
  const at = (rule: string): Frontend => {
    const [, ip, protocol, port] = /-d (\S+)\/32 -p (\S+) .* --dport (\d+) /.exec(rule) ?? [];
    const key = `${ip} ${protocol} ${port}`;
    const frontend = found.get(key) ?? { endpoints: new Set(), isRefused: false };
    found.set(key, frontend);
    return frontend;
  };
  const isOfService = (rule: string): boolean => rule.includes(' --dport ') && rule.startsWith('-d ');
  for (const rule of kernel.rules('nat', 'KUBE-SERVICES').filter(isOfService)) {
    follow(kernel, rule, at(rule).endpoints);
  }
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-PROXY-FIREWALL']) {
    for (const rule of kernel.rules('filter', chain).filter(isOfService)) at(rule).isRefused = true;
  }
  return found;
}

function follow(kernel: SimulatedIptables, rule: string, endpoints: Set<string>): void {
  const endpoint = / --to-destination (\S+)$/.exec(rule)?.[1];
  if (endpoint !== undefined) endpoints.add(endpoint);
  const target = / -j (KUBE-\S+)$/.exec(` ${rule}`)?.[1];
  if (target !== undefined) for (const inner of kernel.rules('nat', target)) follow(kernel, inner, endpoints);
}
