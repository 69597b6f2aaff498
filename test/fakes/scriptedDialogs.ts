import type { Choice, Dialogs, Severity, Watch } from '../../extension/change/dialogs.ts';

/** Something that was said or asked. */
export interface Said {
  readonly kind: Severity | 'modal' | 'list' | 'progress';
  readonly text: string;
  /** Actions, or labels of the list. */
  readonly offered: readonly string[];
}

/** Dialogs whose answers a test gives. */
export class ScriptedDialogs implements Dialogs {
  readonly said: Said[] = [];
  /** Cancels the work that is under way. */
  cancel: () => void = () => {};
  /** Whether notifications that nobody answers are closed, or stay open. */
  unanswered: 'closed' | 'open' = 'closed';
  readonly #answers: string[];

  /** @param answers what is pressed, in order: each is taken by the first question that offers it */
  constructor(...answers: readonly string[]) {
    this.#answers = [...answers];
  }

  /** What is pressed after that. */
  answer(...answers: readonly string[]): void {
    this.#answers.push(...answers);
  }

  tell(severity: Severity, message: string, ...actions: readonly string[]): Promise<string | undefined> {
    const answer = this.#take({ kind: severity, text: message, offered: actions });
    if (answer !== undefined || this.unanswered === 'closed') return Promise.resolve(answer);
    return new Promise(() => {});
  }

  async askModally(message: string, detail: string, action: string): Promise<boolean> {
    return this.#take({ kind: 'modal', text: `${message}\n${detail}`, offered: [action] }) === action;
  }

  async choose<T>(title: string, _placeholder: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const answer = this.#take({ kind: 'list', text: title, offered: choices.map(({ label }) => label) });
    return choices.find(({ label }) => label === answer)?.value;
  }

  /** The answer `OK` takes all entries, one entry's label this one alone; no answer closes the list. */
  async chooseSome<T>(title: string, _placeholder: string, choices: readonly Choice<T>[]) {
    const offered = ['OK', ...choices.map(({ label }) => label)];
    const answer = this.#take({ kind: 'list', text: title, offered });
    if (answer === undefined) return undefined;
    return choices.filter(({ label }) => answer === 'OK' || answer === label).map(({ value }) => value);
  }

  progress<T>(title: string, work: (watch: Watch) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    this.cancel = () => abort.abort();
    this.said.push({ kind: 'progress', text: title, offered: [] });
    return work({ signal: abort.signal, report: () => {} });
  }

  /** What was said last of a kind. */
  last(kind: Said['kind']): Said | undefined {
    return this.said.findLast((said) => said.kind === kind);
  }

  #take(said: Said): string | undefined {
    this.said.push(said);
    const [next] = this.#answers;
    return next !== undefined && said.offered.includes(next) ? this.#answers.shift() : undefined;
  }
}
