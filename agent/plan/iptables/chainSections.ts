import { type ServiceChainKind, serviceChainKind } from './ownChains.ts';
import { ruleTarget } from './ruleTarget.ts';

type Chains = ReadonlyMap<string, readonly string[]>;

/** Chains that are made in one transaction, or a part of the rules of one. */
export interface ChainSection {
  readonly chains: readonly string[];
  /** Set for a section that holds a part of the rules of its only chain, from the first one up to the second one. */
  readonly rules?: readonly [start: number, end: number];
}

/**
 * How many names a transaction may have, of its chains and those that their rules lead to. iptables-nft looks for each
 * command's names in a list of all of them (`cache_chain_list_insert` of nft-cache.c), which makes large transactions
 * costly; and each transaction makes the kernel walk all chains of the table, which makes many costly.
 */
const namesPerSection = 1100;

/**
 * Divides chains that are not there yet into transactions, such that each chain comes after those that its rules lead
 * to, and no more than a chain of one Service lies between them.
 */
export function chainSections(made: Chains): readonly ChainSection[] {
  const sections: ChainSection[] = [];
  let open = new Section();
  for (const chain of afterTheirTargets(made)) {
    const rules = made.get(chain) ?? [];
    const isFixed = serviceChainKind(chain) === undefined;
    if (open.chains.length > 0 && (open.isFixed !== isFixed || open.names.size >= namesPerSection)) {
      sections.push(open.finish());
      open = new Section();
    }
    if (rules.length > namesPerSection) {
      if (open.chains.length > 0) sections.push(open.finish());
      open = new Section();
      sections.push(...partsOf(chain, rules.length));
    } else {
      open.add(chain, rules, isFixed);
    }
  }
  if (open.chains.length > 0) sections.push(open.finish());
  return sections;
}

/** One chain in several transactions, which is no matter while nothing leads to it. */
function partsOf(chain: string, rules: number): ChainSection[] {
  const parts: ChainSection[] = [];
  for (let start = 0; start < rules; start += namesPerSection) {
    parts.push({ chains: [chain], rules: [start, Math.min(start + namesPerSection, rules)] });
  }
  return parts;
}

class Section {
  readonly chains: string[] = [];
  readonly names = new Set<string>();
  isFixed = false;

  add(chain: string, rules: readonly string[], isFixed: boolean): void {
    this.chains.push(chain);
    this.names.add(chain);
    this.isFixed = isFixed;
    for (const rule of rules) {
      const target = ruleTarget(rule);
      if (target !== undefined) this.names.add(target);
    }
  }

  /**
   * Chains of Services come from the last name to the first, so that each is at the front of iptables-nft's list of
   * names when it comes; those that are led to come before.
   */
  finish(): ChainSection {
    if (!this.isFixed) this.chains.sort((a, b) => rank(a) - rank(b) || (a < b ? 1 : -1));
    return { chains: this.chains };
  }
}

const ranks: Readonly<Record<ServiceChainKind, number>> = { SEP: 0, SVC: 1, SVL: 1, XLB: 2, EXT: 2, FW: 3 };

function rank(chain: string): number {
  const kind = serviceChainKind(chain);
  return kind === undefined ? 0 : ranks[kind];
}

/** The chains in an order in which each comes after those that its rules lead to. */
function afterTheirTargets(made: Chains): readonly string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  const visit = (chain: string, rules: readonly string[]): void => {
    seen.add(chain);
    for (const rule of rules) {
      const target = ruleTarget(rule);
      if (target === undefined || seen.has(target)) continue;
      const inner = made.get(target);
      if (inner !== undefined) visit(target, inner);
    }
    ordered.push(chain);
  };
  for (const [chain, rules] of made) if (!seen.has(chain)) visit(chain, rules);
  return ordered;
}
