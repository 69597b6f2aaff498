import type { Locator } from '../../interpret/locator.ts';
import type { SourceLocation } from '../../model/location.ts';
import type { NftChain, NftDocument, NftRule } from '../../ruleset/nftables/document.ts';
import type { TracedPacket } from '../packet.ts';
import type { Branch, ChainProgram, RuleMiss, RulePlace, Surroundings } from '../ruleProgram.ts';
import { ChainIndex, requirementOf } from './chainIndex.ts';
import { Leads, type NamedPlace } from './leads.ts';
import { RuleProgram } from './rule.ts';
import { statementText } from './statementText.ts';
import type { TableContext } from './tableContext.ts';

/** Shorter chains are asked rule by rule. */
const shortestIndexed = 24;

/** The chains of a table, each made when it is first asked for. */
export class TableChains {
  readonly #declared = new Map<string, NftChain>();
  readonly #made = new Map<string, NftChainProgram>();
  readonly #context: TableContext;
  readonly #document: NftDocument;
  readonly #locator: Locator;
  #leads: Leads | undefined;

  constructor(context: TableContext, document: NftDocument, locator: Locator) {
    this.#context = context;
    this.#document = document;
    this.#locator = locator;
    for (const chain of context.table.chains) this.#declared.set(chain.name, chain);
  }

  chain(name: string): NftChainProgram | undefined {
    const known = this.#made.get(name);
    if (known) return known;
    const declared = this.#declared.get(name);
    if (!declared) return undefined;
    const chain = new NftChainProgram(declared, this, this.#context, this.#document, this.#locator);
    this.#made.set(name, chain);
    return chain;
  }

  get leads(): Leads {
    this.#leads ??= new Leads(this.#context.table, this.#document);
    return this.#leads;
  }

  places(named: readonly NamedPlace[]): readonly RulePlace[] {
    return named.flatMap(({ chain: name, position }) => {
      const chain = this.chain(name);
      return chain === undefined ? [] : [{ chain, position }];
    });
  }
}

/** A chain of nftables. A rule is compiled when it is first asked. */
export class NftChainProgram implements ChainProgram {
  readonly name: string;
  readonly ruleCount: number;
  readonly #declared: NftChain;
  readonly #chains: TableChains;
  readonly #context: TableContext;
  readonly #document: NftDocument;
  readonly #locator: Locator;
  readonly #rules: (RuleProgram | undefined)[] = [];
  #index: ChainIndex | undefined;

  constructor(declared: NftChain, chains: TableChains, context: TableContext, document: NftDocument, locator: Locator) {
    this.name = declared.name;
    this.ruleCount = declared.rules.length;
    this.#declared = declared;
    this.#chains = chains;
    this.#context = context;
    this.#document = document;
    this.#locator = locator;
  }

  get location(): SourceLocation {
    return this.#locator.at(this.#declared.span);
  }

  candidate(position: number, packet: TracedPacket): number {
    if (this.ruleCount < shortestIndexed) return Math.min(position, this.ruleCount);
    this.#index ??= new ChainIndex(this.#declared.rules.map((rule) => requirementOf(rule.statements())));
    return this.#index.candidate(position, packet);
  }

  ask(position: number, packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined {
    return this.#rule(position)?.ask(packet, surroundings);
  }

  miss(position: number, packet: TracedPacket, surroundings: Surroundings): RuleMiss | undefined {
    const condition = this.#rule(position)?.miss(packet, surroundings);
    return condition === undefined ? undefined : { condition };
  }

  ruleLocation(position: number): SourceLocation {
    const rule = this.#declared.rules[position];
    return rule ? this.#locator.at(rule.span) : this.location;
  }

  ruleText(position: number): string {
    const rule = this.#declared.rules[position];
    if (!rule) return '';
    const { form, text } = this.#document;
    return form === 'text' ? text.slice(rule.span.start, rule.span.end) : jsonRuleText(rule);
  }

  ruleCounters(position: number): { readonly packets: number; readonly bytes: number } | undefined {
    const counter = this.#declared.rules[position]?.statements().find(({ kind }) => kind === 'counter');
    if (counter?.kind !== 'counter' || counter.packets === undefined) return undefined;
    return { packets: counter.packets, bytes: counter.bytes ?? 0 };
  }

  chain(name: string): ChainProgram | undefined {
    return this.#chains.chain(name);
  }

  callers(): readonly RulePlace[] {
    return this.#chains.places(this.#chains.leads.callers(this.name));
  }

  #rule(position: number): RuleProgram | undefined {
    const rule = this.#declared.rules[position];
    if (!rule) return undefined;
    let program = this.#rules[position];
    if (!program) {
      program = new RuleProgram(rule, this.#context);
      this.#rules[position] = program;
    }
    return program;
  }
}

function jsonRuleText(rule: NftRule): string {
  const statements = rule.statements().map(statementText);
  return [...statements, ...(rule.comment === undefined ? [] : [`comment "${rule.comment}"`])].join(' ');
}
