import type { Span } from './position.ts';

/** How much a problem matters: `error` was not understood, `warning` was understood but is suspect. */
export type Severity = 'error' | 'warning' | 'information';

/**
 * Something in a dump that was not understood. Parsing never fails: the text is kept, and a problem says what was
 * skipped, where and why.
 */
export interface RulesetProblem {
  /** Stable, kebab-case; the key under which a client looks up its own wording. */
  readonly code: string;
  readonly severity: Severity;
  /** Complete English sentence. */
  readonly message: string;
  /** The values that stand in `message`, for clients with their own wording. */
  readonly args: Readonly<Record<string, string | number>>;
  readonly span: Span;
}
