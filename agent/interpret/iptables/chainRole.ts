import type { ChainRole } from '../../model/service.ts';
import type { ChainIndex, IptablesDump } from '../../ruleset/iptables/document.ts';

/**
 * What a chain of kube-proxy's is for, by its name; undefined for chains that belong to no single Service.
 * KUBE-XLB- was what KUBE-EXT- and KUBE-SVL- are together, until Kubernetes 1.23.
 */
function chainRole(name: string): ChainRole | undefined {
  // Nearly all chains of a large node are endpoints'.
  if (name.startsWith('KUBE-SEP-')) return 'endpoint';
  if (!name.startsWith('KUBE-')) return undefined;
  switch (name.slice(5, 9)) {
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

const roleCodes: readonly (ChainRole | undefined)[] = [
  undefined,
  'cluster',
  'local',
  'external',
  'firewall',
  'endpoint',
];

/** What is asked of each of 100,000 chains many times, found once for all chains of a dump. */
export class ChainRoles {
  readonly #codes: Uint8Array;
  readonly #referenced: Uint8Array;

  constructor(dump: IptablesDump) {
    this.#codes = new Uint8Array(dump.chainCount);
    for (let chain = 0; chain < dump.chainCount; chain++) {
      this.#codes[chain] = roleCodes.indexOf(chainRole(dump.chainName(chain)));
    }
    this.#referenced = new Uint8Array(dump.chainCount);
    for (let rule = 0; rule < dump.ruleCount; rule++) {
      const target = dump.targetChain(rule);
      if (target !== -1) this.#referenced[target] = 1;
    }
  }

  /** Undefined for chains that belong to no single Service, and for -1, which stands for no chain. */
  of(chain: ChainIndex): ChainRole | undefined {
    return roleCodes[this.#codes[chain] ?? 0];
  }

  /** Whether any rule leads to the chain. */
  isReferenced(chain: ChainIndex): boolean {
    return this.#referenced[chain] === 1;
  }
}
