import type { IptablesTable } from '../../model/serviceRules.ts';
import { ruleTarget } from './ruleTarget.ts';

const commentStart = '--comment "';

/** The Service that a rule's comment names, `NAMESPACE/NAME`; undefined when it names none. */
export function serviceInComment(rule: string): string | undefined {
  const start = rule.indexOf(commentStart);
  if (start === -1) return undefined;
  const end = rule.indexOf('"', start + commentStart.length);
  const comment = rule.slice(start + commentStart.length, end === -1 ? rule.length : end);
  return /(?:^|[ (])([\w.-]+\/[\w.-]+)/.exec(comment)?.[1];
}

/** The Services that chains of the table nat belong to, by the rules that lead to them. */
export function servicesOfChains({ chains }: IptablesTable): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  const follow = (chain: string, service: string): void => {
    if (services.has(chain)) return;
    services.set(chain, service);
    for (const rule of chains.get(chain) ?? []) {
      const target = ruleTarget(rule);
      if (target !== undefined && isOfOneService(target)) follow(target, service);
    }
  };
  for (const dispatcher of ['KUBE-SERVICES', 'KUBE-NODEPORTS']) {
    for (const rule of chains.get(dispatcher) ?? []) {
      const target = ruleTarget(rule);
      const service = target !== undefined && isOfOneService(target) ? serviceInComment(rule) : undefined;
      if (target !== undefined && service !== undefined) follow(target, service);
    }
  }
  return services;
}

function isOfOneService(chain: string): boolean {
  return /^KUBE-(?:SEP|SVC|SVL|EXT|FW|XLB)-/.test(chain);
}
