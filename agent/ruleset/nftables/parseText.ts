import { contentStart } from '../common/contentStart.ts';
import type { Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';
import type { NftDocument } from './document.ts';
import { isNftFamily, NftTableBuild } from './tableBuild.ts';
import { readChainStatement } from './text/chain.ts';
import { NftTextRule } from './text/lazy.ts';
import { lexNft } from './text/lexer.ts';
import { NftTextScanner } from './text/scanner.ts';
import { readSet } from './text/set.ts';

/** Reads `nft list ruleset`. Never throws: what it does not understand becomes a problem. */
export function parseNftText(text: string): NftDocument {
  return new TextRulesetParser(text).parse();
}

const handleComment = /[ \t]*#[ \t]*handle (\d+)/y;

class TextRulesetParser {
  readonly #text: string;
  readonly #scanner: NftTextScanner;
  readonly #tables: NftTableBuild[] = [];
  readonly #problems: RulesetProblem[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#scanner = new NftTextScanner(text);
  }

  parse(): NftDocument {
    let at = this.#scanner.skipSpace(contentStart(this.#text));
    while (at < this.#text.length) at = this.#scanner.skipSpace(this.#parseTopLevel(at));
    return { form: 'text', text: this.#text, ruleset: { tables: this.#tables }, problems: this.#problems };
  }

  #parseTopLevel(at: number): number {
    if (this.#text.charAt(at) === '}') {
      this.#report('nft-text-unexpected-brace', 'This brace closes nothing.', {}, { start: at, end: at + 1 });
      return at + 1;
    }
    const brace = this.#scanner.openingBrace(at);
    const words = brace === undefined ? [] : this.#words(at, brace);
    const [keyword, first, second] = words;
    const family = second === undefined ? 'ip' : first;
    const name = second ?? first;
    const isTable = keyword === 'table' && family !== undefined && isNftFamily(family) && words.length <= 3;
    if (!isTable || name === undefined || brace === undefined) return this.#skipStatement(at);
    const table = new NftTableBuild(family, name, { start: at, end: this.#text.length });
    const handle = this.#handleAt(brace + 1);
    if (handle !== undefined) table.handle = handle;
    this.#tables.push(table);
    const end = this.#parseBlock(brace + 1, (statementAt) => this.#parseTableStatement(table, statementAt));
    table.span = { start: at, end };
    return end;
  }

  /** Reads statements up to the brace that closes the block; returns the offset behind it. */
  #parseBlock(start: number, parseStatement: (at: number) => number): number {
    let at = this.#scanner.skipSpace(start);
    while (at < this.#text.length) {
      if (this.#text.charAt(at) === '}') return at + 1;
      at = this.#scanner.skipSpace(Math.max(at + 1, parseStatement(at)));
    }
    this.#reportTruncated();
    return this.#text.length;
  }

  #parseTableStatement(table: NftTableBuild, at: number): number {
    const brace = this.#scanner.openingBrace(at);
    if (brace === undefined) return this.#parseTableProperty(table, at);
    const words = this.#words(at, brace);
    const name = words.at(-1);
    const kind = words.slice(0, -1).join(' ');
    if (name === undefined || kind === '') return this.#skipStatement(at);
    if (kind === 'chain') return this.#parseChain(table, name, at, brace);
    const close = this.#scanner.blockEnd(brace + 1);
    if (close === undefined) this.#reportTruncated();
    const end = close ?? this.#text.length;
    const inside: Span = { start: brace + 1, end: close === undefined ? end : end - 1 };
    const handle = this.#handleAt(brace + 1);
    const common = { name, ...(handle === undefined ? {} : { handle }), span: { start: at, end } };
    if (kind === 'set' || kind === 'map') table.sets.push(readSet(this.#text, inside, { ...common, kind }));
    else if (kind === 'flowtable') table.flowtables.push({ ...common, kind });
    else if (objectKinds.has(kind)) table.objects.push({ ...common, kind });
    else this.#reportStatement({ start: at, end: brace });
    return end;
  }

  /** `comment "..."` or `flags dormant`. */
  #parseTableProperty(table: NftTableBuild, at: number): number {
    const { end, next } = this.#scanner.statementEnd(at);
    const tokens = lexNft(this.#text, at, end);
    if (tokens[0]?.text === 'comment' && tokens[1]) table.comment = tokens[1].text;
    else if (tokens[0]?.text === 'flags') {
      table.flags = tokens.slice(1).flatMap((token) => (token.text === ',' ? [] : [token.text]));
    } else this.#reportStatement({ start: at, end });
    return next;
  }

  #parseChain(table: NftTableBuild, name: string, at: number, brace: number): number {
    const handle = this.#handleAt(brace + 1);
    const chain = table.addChain({
      name,
      rules: [],
      span: { start: at, end: this.#text.length },
      ...(handle === undefined ? {} : { handle }),
    });
    const end = this.#parseBlock(brace + 1, (statementAt) => {
      const statement = this.#scanner.statementEnd(statementAt);
      const span = { start: statementAt, end: statement.end };
      if (!statement.complete) this.#reportTruncated();
      if (span.end > span.start && !readChainStatement(this.#text, span, table.family, chain)) {
        chain.rules.push(new NftTextRule(this.#text, span, table.family, this.#handleAt(statement.end)));
      }
      return statement.next;
    });
    chain.span = { start: at, end };
    return end;
  }

  #words(start: number, end: number): readonly string[] {
    return lexNft(this.#text, start, end).map((token) => token.text);
  }

  /** `nft -a` puts `# handle 5` behind a rule, or behind the brace that opens a block. */
  #handleAt(at: number): number | undefined {
    handleComment.lastIndex = at;
    const match = handleComment.exec(this.#text);
    return match ? Number(match[1]) : undefined;
  }

  #skipStatement(at: number): number {
    const { end, next, complete } = this.#scanner.statementEnd(at);
    this.#reportStatement({ start: at, end });
    if (!complete) this.#reportTruncated();
    return Math.max(next, at + 1);
  }

  #reportStatement(span: Span): void {
    const statement = this.#text.slice(span.start, Math.min(span.end, span.start + 60)).trim();
    const message = `"${statement}" is nothing that "nft list ruleset" prints here.`;
    this.#report('nft-text-not-understood', message, { statement }, span);
  }

  #reportTruncated(): void {
    if (this.#problems.some(({ code }) => code === 'nft-text-truncated')) return;
    const span = { start: this.#text.length, end: this.#text.length };
    this.#report('nft-text-truncated', 'The text ends within a block; what stands before was read.', {}, span);
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

const objectKinds: ReadonlySet<string> = new Set([
  'counter',
  'quota',
  'limit',
  'synproxy',
  'secmark',
  'ct helper',
  'ct timeout',
  'ct expectation',
]);
