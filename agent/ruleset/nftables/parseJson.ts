import { contentStart } from '../common/contentStart.ts';
import type { Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';
import type { NftDocument } from './document.ts';
import { lazyJsonSet, NftJsonRule } from './json/lazy.ts';
import { NftJsonObject } from './json/object.ts';
import { JsonScanner } from './json/scanner.ts';
import { isNftFamily, type NftChainBuild, NftTableBuild } from './tableBuild.ts';

/** Reads `nft -j list ruleset`, also when it is cut off. Never throws: what it does not understand becomes a problem. */
export function parseNftJson(text: string): NftDocument {
  return new JsonRulesetParser(text).parse();
}

class JsonRulesetParser {
  readonly #text: string;
  readonly #scanner: JsonScanner;
  readonly #tables: NftTableBuild[] = [];
  readonly #tablesByKey = new Map<string, NftTableBuild>();
  readonly #problems: RulesetProblem[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#scanner = new JsonScanner(text);
  }

  parse(): NftDocument {
    const start = this.#scanner.skipBlanks(contentStart(this.#text));
    let found = false;
    const end = this.#scanner.eachMember(start, (key, at) => {
      if (key !== 'nftables') return this.#scanner.skipValue(at);
      found = true;
      return this.#scanner.eachItem(at, (itemAt) => this.#readObject(itemAt));
    });
    if (end === -1) this.#reportSyntax(start);
    else {
      const trailing = this.#scanner.skipBlanks(end);
      if (trailing < this.#text.length) {
        const span = { start: trailing, end: this.#text.length };
        this.#report('nft-json-trailing', 'More text follows after the end of the JSON object.', {}, span);
      }
      if (!found) {
        this.#report('nft-json-no-ruleset', 'The JSON object has no member "nftables".', {}, { start, end });
      }
    }
    return { form: 'json', text: this.#text, ruleset: { tables: this.#tables }, problems: this.#problems };
  }

  /** Reads an item such as `{"rule": {...}}`. */
  #readObject(start: number): number {
    let object: NftJsonObject | undefined;
    let kind = '';
    const end = this.#scanner.eachMember(start, (key, at) => {
      kind = key;
      object = new NftJsonObject(this.#text, this.#scanner);
      return object.read(at);
    });
    if (object) {
      const span = { start, end: end === -1 ? this.#text.length : end };
      const problem = this.#addObject(kind, object, span);
      // What is cut off has its own problem already.
      if (problem !== undefined && end !== -1) this.#report(problem.code, problem.message, { kind }, span);
    }
    return end;
  }

  #addObject(kind: string, object: NftJsonObject, span: Span): { code: string; message: string } | undefined {
    if (kind === 'metainfo') return undefined;
    const name = object.string('name');
    if (kind === 'table') {
      const table = name === undefined ? undefined : this.#table(object.string('family'), name, span);
      if (!table) return incomplete(kind);
      Object.assign(table, object.handleAndComment(), { flags: object.strings('flags') });
      return undefined;
    }
    const table = this.#table(object.string('family'), object.string('table'), span);
    if (!table) return incomplete(kind);
    if (kind === 'rule') {
      const chainName = object.string('chain');
      if (chainName === undefined) return incomplete(kind);
      const chain = table.chain(chainName) ?? this.#undeclaredChain(table, chainName, span);
      chain.rules.push(new NftJsonRule(this.#text, span, object.start('expr'), object.handleAndComment()));
      return undefined;
    }
    if (name === undefined) return incomplete(kind);
    const common = { name, ...object.handleAndComment(), span };
    switch (kind) {
      case 'chain':
        table.addChain({ ...common, ...object.hook(), rules: [] });
        return undefined;
      case 'set':
      case 'map':
        table.sets.push(
          lazyJsonSet(
            this.#text,
            { ...common, kind, ...object.setProperties() },
            object.start('elem'),
            object.elementCount,
          ),
        );
        return undefined;
      case 'flowtable':
        table.flowtables.push({ ...common, kind });
        return undefined;
      default:
        table.objects.push({ ...common, kind });
        return undefined;
    }
  }

  #table(family: string | undefined, name: string | undefined, span: Span): NftTableBuild | undefined {
    if (family === undefined || name === undefined || !isNftFamily(family)) return undefined;
    const last = this.#tables.at(-1);
    if (last && last.name === name && last.family === family) return last;
    const key = `${family} ${name}`;
    const known = this.#tablesByKey.get(key);
    if (known) return known;
    const table = new NftTableBuild(family, name, span);
    this.#tables.push(table);
    this.#tablesByKey.set(key, table);
    return table;
  }

  #undeclaredChain(table: NftTableBuild, name: string, span: Span): NftChainBuild {
    const message = `The chain "${name}" has rules but is not listed.`;
    this.#report('nft-unlisted-chain', message, { chain: name }, span, 'warning');
    return table.addChain({ name, span, rules: [] });
  }

  #reportSyntax(start: number): void {
    const at = this.#scanner.errorAt === -1 ? this.#text.length : this.#scanner.errorAt;
    if (start >= this.#text.length) {
      this.#report('nft-empty', 'There is nothing to read.', {}, { start: 0, end: this.#text.length });
    } else if (at >= this.#text.length) {
      const span = { start: this.#text.length, end: this.#text.length };
      this.#report('nft-json-truncated', 'The JSON text ends too early; what stands before was read.', {}, span);
    } else {
      const span = { start: at, end: at + 1 };
      this.#report('nft-json-syntax', 'This is not JSON; what follows was not read.', {}, span);
    }
  }

  #report(
    code: string,
    message: string,
    args: Readonly<Record<string, string | number>>,
    span: Span,
    severity: Severity = 'error',
  ): void {
    this.#problems.push({ code, severity, message, args, span });
  }
}

function incomplete(kind: string): { code: string; message: string } {
  return { code: 'nft-json-incomplete-object', message: `This "${kind}" lacks its name, table, chain or family.` };
}
