import type { ChainRole } from '../../model/service.ts';

/**
 * What a chain of kube-proxy's is for, by its name; undefined for chains that belong to no single Service.
 * KUBE-XLB- was what KUBE-EXT- and KUBE-SVL- are together, until Kubernetes 1.23.
 */
export function chainRole(name: string): ChainRole | undefined {
  if (!name.startsWith('KUBE-')) return undefined;
  switch (name.slice(5, 9)) {
    case 'SEP-':
      return 'endpoint';
    case 'SVC-':
      return 'cluster';
    case 'SVL-':
      return 'local';
    case 'EXT-':
    case 'XLB-':
      return 'external';
    default:
      return name.startsWith('KUBE-FW-') ? 'firewall' : undefined;
  }
}

/** The hash of Service, port name and protocol in the name of a chain that has a role. */
export function chainHash(name: string): string {
  return name.slice(name.indexOf('-', 5) + 1);
}
