import type { Localizer } from './localizer.ts';

/** Something that an agent or a parser says by a code: a problem, or why a part is missing. */
export interface CodedMessage {
  readonly code: string;
  /** A complete English sentence. */
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

type Args = CodedMessage['args'];

const wording: ReadonlyMap<string, (args: Args, l10n: Localizer) => string> = new Map();

/** The sentence for a code in the user's language; the English one for a code that has no wording here. */
export function problemText(problem: CodedMessage, l10n: Localizer): string {
  return wording.get(problem.code)?.(problem.args, l10n) ?? problem.message;
}
