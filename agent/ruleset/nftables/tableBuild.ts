import type { Span } from '../common/position.ts';
import type { NftChain, NftFamily, NftHook, NftObject, NftRule, NftSet, NftTable } from './document.ts';

const families: ReadonlySet<string> = new Set<NftFamily>(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

export function isNftFamily(word: string): word is NftFamily {
  return families.has(word);
}

/** A chain whose rules are still being read. */
export interface NftChainBuild extends NftChain {
  readonly rules: NftRule[];
  span: Span;
  hook?: NftHook;
  handle?: number;
  comment?: string;
}

/** A table that is still being read. */
export class NftTableBuild implements NftTable {
  readonly family: NftFamily;
  readonly name: string;
  span: Span;
  comment?: string;
  handle?: number;
  flags: readonly string[] = [];
  readonly chains: NftChainBuild[] = [];
  readonly sets: NftSet[] = [];
  readonly flowtables: NftObject[] = [];
  readonly objects: NftObject[] = [];
  readonly #chainsByName = new Map<string, NftChainBuild>();

  constructor(family: NftFamily, name: string, span: Span) {
    this.family = family;
    this.name = name;
    this.span = span;
  }

  chain(name: string): NftChainBuild | undefined {
    return this.#chainsByName.get(name);
  }

  addChain(chain: NftChainBuild): NftChainBuild {
    this.chains.push(chain);
    this.#chainsByName.set(chain.name, chain);
    return chain;
  }
}
