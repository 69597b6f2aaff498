import type { ServiceTable } from '../../model/serviceRules.ts';

/** The tables that kube-proxy has chains in. */
export const serviceTables: readonly ServiceTable[] = ['mangle', 'filter', 'nat'];

/** Chains of the modes iptables and ipvs, and of older kube-proxies (ipvs, userspace), by table. */
const fixedChains: Readonly<Record<ServiceTable, ReadonlySet<string>>> = {
  mangle: new Set(['KUBE-PROXY-CANARY']),
  filter: new Set([
    'KUBE-PROXY-CANARY',
    'KUBE-SERVICES',
    'KUBE-EXTERNAL-SERVICES',
    'KUBE-FORWARD',
    'KUBE-NODEPORTS',
    'KUBE-PROXY-FIREWALL',
    // kubelet makes the same one, see `sharedWithKubelet`.
    'KUBE-FIREWALL',
    'KUBE-IPVS-FILTER',
    'KUBE-IPVS-OUT-FILTER',
    'KUBE-NODE-PORT',
    'KUBE-SOURCE-RANGES-FIREWALL',
    'KUBE-NODEPORT-NON-LOCAL',
  ]),
  nat: new Set([
    'KUBE-PROXY-CANARY',
    'KUBE-SERVICES',
    'KUBE-NODEPORTS',
    'KUBE-POSTROUTING',
    'KUBE-MARK-MASQ',
    'KUBE-LOAD-BALANCER',
    'KUBE-NODE-PORT',
    // In ipvs mode until Kubernetes 1.26.
    'KUBE-FIREWALL',
    'KUBE-PORTALS-CONTAINER',
    'KUBE-PORTALS-HOST',
    'KUBE-NODEPORT-CONTAINER',
    'KUBE-NODEPORT-HOST',
  ]),
};

/** What a chain of one Service port is for; KUBE-XLB- was EXT and SVL in one until Kubernetes 1.23. */
export type ServiceChainKind = 'SEP' | 'SVC' | 'SVL' | 'EXT' | 'FW' | 'XLB';

const hashLength = 16;

/** The kind of a chain of the table nat that belongs to one Service port: KUBE-SVC- and a hash; else undefined. */
export function serviceChainKind(name: string): ServiceChainKind | undefined {
  if (!name.startsWith('KUBE-') || name.length < 'KUBE-FW-'.length + hashLength) return undefined;
  const kind = name.slice('KUBE-'.length, name.length - hashLength);
  switch (kind) {
    case 'SEP-':
      return 'SEP';
    case 'SVC-':
      return 'SVC';
    case 'SVL-':
      return 'SVL';
    case 'EXT-':
      return 'EXT';
    case 'FW-':
      return 'FW';
    case 'XLB-':
      return 'XLB';
    default:
      return undefined;
  }
}

/** Whether a chain is kube-proxy's, in whichever mode. Network policies' KUBE-ROUTER-, KUBE-NWPLCY- and such are not. */
export function isOwnChain(table: ServiceTable, name: string): boolean {
  return fixedChains[table].has(name) || (table === 'nat' && serviceChainKind(name) !== undefined);
}

/** The chain of the table filter that kubelet makes too, and the rule that it puts into INPUT and OUTPUT for it. */
export const sharedWithKubelet = { chain: 'KUBE-FIREWALL', hook: '-j KUBE-FIREWALL' } as const;

/** Chains that kubelet alone makes, all in the table mangle: a canary, and what tells others which backend it uses. */
export const kubeletChains: ReadonlySet<string> = new Set(['KUBE-KUBELET-CANARY', 'KUBE-IPTABLES-HINT']);

/**
 * Whether a rule in a built-in chain that leads to one of kube-proxy's is kube-proxy's too, and not somebody's own way
 * into its chains: all of its rules there say what they are for.
 */
export function isOwnHook(rule: string, target: string): boolean {
  return rule.includes('--comment "kube') || rule.includes('--comment "handle ') || isShared(rule, target);
}

function isShared(rule: string, target: string): boolean {
  return target === sharedWithKubelet.chain && rule === sharedWithKubelet.hook;
}
