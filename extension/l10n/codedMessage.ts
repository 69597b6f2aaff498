import type { Localizer } from './localizer.ts';

/** Something that an agent or a parser says by a code: a problem, or why a part is missing. */
export interface CodedMessage {
  readonly code: string;
  /** A complete English sentence. */
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Makes the sentence for one code. */
export type Wording = (args: CodedMessage['args'], l10n: Localizer) => string;

/** Sentences by code. */
export type Wordings = Readonly<Record<string, Wording>>;
