import type { Span } from '../../agent/ruleset/common/position.ts';
import type { RulesetProblem } from '../../agent/ruleset/common/problem.ts';

/** Something with a name and a place, with what stands in it. */
export interface RulesSymbol {
  readonly name: string;
  /** Shown dimmed behind the name. */
  readonly detail: string;
  readonly kind: 'table' | 'chain' | 'set' | 'map' | 'virtualServer' | 'realServer' | 'object';
  readonly span: Span;
  /** The name within `span`. */
  readonly nameSpan: Span;
  readonly children: readonly RulesSymbol[];
}

/** The places of a chain's or set's name. */
export interface NamePlaces {
  /** The name that was asked for. */
  readonly span: Span;
  readonly declarations: readonly Span[];
  /** Every other place, in the order of the text. */
  readonly references: readonly Span[];
}

/** What a language of rule dumps tells of one text. Spans are UTF-16 offsets. Nothing throws for any text. */
export interface RulesDocument {
  readonly problems: readonly RulesetProblem[];
  symbols(): readonly RulesSymbol[];
  /** Stretches of more than one line that can be closed. */
  folds(): readonly Span[];
  /** The name that stands at an offset, and where else it stands. */
  nameAt(offset: number): NamePlaces | undefined;
}

/** Whether an offset touches a span; the end counts, because a cursor stands between characters. */
export function touches(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

/** The first place of `name` in a span, as a whole word; else the start of the span. */
export function findName(text: string, span: Span, name: string): Span {
  for (let at = text.indexOf(name, span.start); at !== -1 && at < span.end; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    if (!/[\w.-]/.test(before) && !/[\w.-]/.test(after)) return { start: at, end: at + name.length };
  }
  return { start: span.start, end: span.start };
}
