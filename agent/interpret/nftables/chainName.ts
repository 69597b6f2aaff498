import type { ServiceProtocol } from '../../model/address.ts';
import type { ChainRole } from '../../model/service.ts';
import type { ServicePortName } from '../serviceName.ts';

/** What the name of a chain of kube-proxy's nftables mode says. */
export interface ProxyChainName {
  readonly role: ChainRole;
  /** 8 characters, the same in all chains of a Service's port but those of its endpoints. */
  readonly hash: string;
  /** Undefined when the name was cut to fit the kernel's limit. */
  readonly service?: ServicePortName & { readonly protocol: ServiceProtocol };
}

const roles: Readonly<Record<string, ChainRole>> = {
  service: 'cluster',
  local: 'local',
  external: 'external',
  firewall: 'firewall',
  endpoint: 'endpoint',
};

const pattern = /^(service|local|external|firewall|endpoint)-([A-Z2-7]{8})-(.*)$/;
const servicePattern = /^([^/]+)\/([^/]+)\/(tcp|udp|sctp)\/([^/]*?)(?:__.*)?$/;

/** Reads `service-ULMVA6XW-ns1/svc1/tcp/p80`; undefined for chains that belong to no single Service. */
export function parseChainName(chain: string): ProxyChainName | undefined {
  const [, word = '', hash = '', rest = ''] = pattern.exec(chain) ?? [];
  const role = roles[word];
  if (role === undefined) return undefined;
  const [, namespace, name, protocol, portName = ''] = servicePattern.exec(rest) ?? [];
  const isCut = rest.endsWith('...') && !rest.includes('__');
  if (namespace === undefined || name === undefined || isCut || !isProtocol(protocol)) return { role, hash };
  return { role, hash, service: { namespace, name, portName, protocol } };
}

function isProtocol(text: string | undefined): text is ServiceProtocol {
  return text === 'tcp' || text === 'udp' || text === 'sctp';
}
