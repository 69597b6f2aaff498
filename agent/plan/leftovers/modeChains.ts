import type { ServiceTable } from '../../model/serviceRules.ts';

/** The modes that program Services through iptables. */
export type IptablesMode = 'iptables' | 'ipvs';

/** Chains that kube-proxy has in a mode whatever the Services are, also when nothing leads to them. */
export const fixedChains: Readonly<Record<IptablesMode, Readonly<Record<ServiceTable, ReadonlySet<string>>>>> = {
  iptables: {
    mangle: new Set(['KUBE-PROXY-CANARY']),
    filter: new Set([
      'KUBE-SERVICES',
      'KUBE-EXTERNAL-SERVICES',
      'KUBE-NODEPORTS',
      'KUBE-FORWARD',
      'KUBE-PROXY-FIREWALL',
      'KUBE-FIREWALL',
      'KUBE-PROXY-CANARY',
    ]),
    nat: new Set(['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ', 'KUBE-PROXY-CANARY']),
  },
  ipvs: {
    mangle: new Set(),
    filter: new Set([
      'KUBE-FORWARD',
      'KUBE-NODE-PORT',
      'KUBE-PROXY-FIREWALL',
      'KUBE-SOURCE-RANGES-FIREWALL',
      'KUBE-IPVS-FILTER',
      'KUBE-IPVS-OUT-FILTER',
    ]),
    nat: new Set(['KUBE-SERVICES', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']),
  },
};

/** What rules of both modes in built-in chains say, by table. */
const commonComments: Readonly<Record<ServiceTable, readonly string[]>> = {
  mangle: [],
  filter: ['kubernetes forwarding rules'],
  nat: ['kubernetes service portals', 'kubernetes postrouting rules'],
};

const filterComments: Readonly<Record<IptablesMode, readonly string[]>> = {
  iptables: [
    'kubernetes load balancer firewall',
    'kubernetes health check service ports',
    'kubernetes externally-visible service portals',
    'kubernetes service portals',
  ],
  ipvs: ['kubernetes ipvs access filter', 'kube-proxy firewall rules', 'kubernetes health check rules'],
};

/** Whether kube-proxy has that rule of its own in a built-in chain in a mode; what says nothing leads to KUBE-FIREWALL. */
export function isHookOfMode(rule: string, table: ServiceTable, mode: IptablesMode): boolean {
  const comment = /--comment "([^"]*)"/.exec(rule)?.[1];
  if (comment === undefined) return mode === 'iptables';
  return commonComments[table].includes(comment) || (table === 'filter' && filterComments[mode].includes(comment));
}
