import type { NftTable } from '../../ruleset/nftables/document.ts';
import type { NftExpression, NftVerdict } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { endpointKey } from './affinity.ts';

/** A rule by the name of its chain. */
export interface NamedPlace {
  readonly chain: string;
  readonly position: number;
}

/** Where the rules of a table can lead, whatever the packet. */
export interface Leads {
  /** By chain: the rules that can lead there. */
  readonly callers: ReadonlyMap<string, readonly NamedPlace[]>;
  /** By {@link endpointKey}: the rules that can translate to it. */
  readonly translations: ReadonlyMap<string, readonly NamedPlace[]>;
}

/** Reads every rule of a table. */
export function leadsOf(table: NftTable): Leads {
  const callers = new Map<string, NamedPlace[]>();
  const translations = new Map<string, NamedPlace[]>();
  const reader = new TargetReader(table);
  for (const { name, rules } of table.chains) {
    for (const [position, rule] of rules.entries()) {
      const place = { chain: name, position };
      const targets = rule.statements().map((statement) => reader.targetsOf(statement));
      for (const chain of new Set(targets.flatMap(({ chains }) => [...chains]))) add(callers, chain, place);
      for (const endpoint of new Set(targets.flatMap(({ endpoints }) => [...endpoints]))) {
        add(translations, endpoint, place);
      }
    }
  }
  return { callers, translations };
}

function add(places: Map<string, NamedPlace[]>, key: string, place: NamedPlace): void {
  const known = places.get(key);
  if (known === undefined) places.set(key, [place]);
  else known.push(place);
}

interface Targets {
  readonly chains: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
}

const nowhere: Targets = { chains: new Set(), endpoints: new Set() };

class TargetReader {
  readonly #table: NftTable;
  /** What the elements of a named map give; several rules can use one map. */
  readonly #named = new Map<string, readonly NftExpression[]>();

  constructor(table: NftTable) {
    this.#table = table;
  }

  targetsOf(statement: NftStatement): Targets {
    switch (statement.kind) {
      case 'verdict':
        return { ...nowhere, chains: new Set(chainOf(statement.verdict)) };
      case 'verdictMap': {
        const values = this.#values(statement.data);
        return {
          ...nowhere,
          chains: new Set(values.flatMap((each) => (each.kind === 'verdict' ? chainOf(each.verdict) : []))),
        };
      }
      case 'nat':
        return { ...nowhere, endpoints: new Set(this.#endpointsOf(statement)) };
      default:
        return nowhere;
    }
  }

  #endpointsOf({ type, address, port }: Extract<NftStatement, { kind: 'nat' }>): string[] {
    if (type !== 'dnat' || address === undefined) return [];
    const targets = address.kind === 'map' ? this.#values(address.data) : [address];
    return targets.flatMap((target) => {
      const [own, ownPort] = target.kind === 'concatenation' ? target.items : [target, port];
      const isEndpoint = own?.kind === 'value' && ownPort?.kind === 'value';
      return isEndpoint && typeof ownPort.value === 'number' ? [endpointKey(String(own.value), ownPort.value)] : [];
    });
  }

  /** What the elements of a map, with or without a name, give. */
  #values(data: NftExpression): readonly NftExpression[] {
    if (data.kind === 'set') return data.elements.flatMap((element) => element.data ?? []);
    if (data.kind !== 'namedSet') return [];
    let values = this.#named.get(data.name);
    if (values === undefined) {
      const elements = this.#table.sets.find(({ name }) => name === data.name)?.elements() ?? [];
      values = elements.flatMap((element) => element.data ?? []);
      this.#named.set(data.name, values);
    }
    return values;
  }
}

function chainOf(verdict: NftVerdict): string[] {
  return verdict.kind === 'jump' || verdict.kind === 'goto' ? [verdict.target] : [];
}
