import type { ReadProgress } from '../nodes/rulesAgent.ts';

export type Severity = 'information' | 'warning' | 'error';

/** An entry of a list to choose from. */
export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** What work with a progress display is given. */
export interface Watch {
  /** Aborts when the user cancels. */
  readonly signal: AbortSignal;
  report(progress: ReadProgress): void;
}

/** What changing a node says and asks; VS Code's dialogs in use, scripted ones in tests. */
export interface Dialogs {
  /** Says something, and resolves with the action that was pressed; undefined when it was closed. */
  tell(severity: Severity, message: string, ...actions: readonly string[]): Promise<string | undefined>;
  /** Asks with a dialog that has to be answered. */
  askModally(message: string, detail: string, action: string): Promise<boolean>;
  /** A list of which one entry is chosen; the first one is what Enter takes. */
  choose<T>(title: string, placeholder: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** A list with check boxes, all checked at first. */
  chooseSome<T>(title: string, placeholder: string, choices: readonly Choice<T>[]): Promise<readonly T[] | undefined>;
  /** Shows that work is under way; the user can cancel it. */
  progress<T>(title: string, work: (watch: Watch) => Promise<T>): Promise<T>;
}
