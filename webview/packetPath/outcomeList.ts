import { element } from '../element.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { OutcomeLine } from '../protocol/traceView.ts';
import { createButton } from '../toolkit.ts';

/** Ways in the list at once: a Service can have a thousand endpoints. */
const pageSize = 50;

/** The ways that a packet can go, of which one is chosen; arrow keys move on. */
export class OutcomeList {
  readonly element: HTMLElement;
  readonly #list: HTMLElement;
  readonly #more: HTMLElement;
  readonly #texts: PacketPathTexts;
  readonly #onChoose: (outcome: number) => void;
  #outcomes: readonly OutcomeLine[] = [];
  #shown = pageSize;
  #chosen = 0;

  constructor(texts: PacketPathTexts, onChoose: (outcome: number) => void) {
    this.#texts = texts;
    this.#onChoose = onChoose;
    this.#list = element('div', { class: 'outcomes', role: 'listbox', 'aria-label': texts.outcomes.label });
    this.#more = element('div', { class: 'buttons' });
    this.element = element('nav', {}, element('h2', {}, texts.outcomes.label), this.#list, this.#more);
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
  }

  show(outcomes: readonly OutcomeLine[], chosen: number): void {
    this.#outcomes = outcomes;
    this.#shown = Math.max(pageSize, Math.ceil((chosen + 1) / pageSize) * pageSize);
    this.#chosen = chosen;
    this.#draw();
  }

  /** Marks another way as the chosen one. */
  choose(outcome: number): void {
    if (outcome === this.#chosen) return;
    const hadFocus = this.#list.contains(document.activeElement);
    const before = this.#chosen;
    this.#chosen = outcome;
    if (outcome >= this.#shown) {
      this.#shown = Math.ceil((outcome + 1) / pageSize) * pageSize;
      this.#draw();
    }
    this.#mark(before);
    const line = this.#mark(outcome);
    if (hadFocus) line?.focus();
  }

  /** Shows whether a line is that of the chosen way. */
  #mark(outcome: number): HTMLElement | undefined {
    const line = this.#list.children[outcome];
    if (!(line instanceof HTMLElement)) return undefined;
    const isChosen = outcome === this.#chosen;
    line.setAttribute('aria-selected', String(isChosen));
    line.tabIndex = isChosen ? 0 : -1;
    return line;
  }

  #draw(): void {
    const { more, fewer } = this.#texts.outcomes;
    this.#list.replaceChildren(...this.#outcomes.slice(0, this.#shown).map((outcome) => this.#line(outcome)));
    this.#more.replaceChildren();
    const left = this.#outcomes.length - this.#shown;
    if (left > 0) {
      this.#more.append(
        createButton(more.replace('{0}', String(Math.min(left, pageSize))), () => {
          this.#shown += pageSize;
          this.#draw();
        }),
      );
    }
    if (this.#shown > pageSize) {
      this.#more.append(
        createButton(fewer, () => {
          this.#shown = pageSize;
          this.#draw();
        }),
      );
    }
  }

  #line(outcome: OutcomeLine): HTMLElement {
    const line = outcomeLine(outcome);
    line.setAttribute('role', 'option');
    line.setAttribute('aria-selected', String(outcome.number === this.#chosen));
    line.tabIndex = outcome.number === this.#chosen ? 0 : -1;
    line.addEventListener('click', () => this.#onChoose(outcome.number));
    return line;
  }

  #onKey(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    const next = move === undefined ? undefined : this.#outcomes[this.#chosen + move];
    if (next === undefined) return;
    event.preventDefault();
    this.#onChoose(next.number);
  }
}

/** A way as a line: where it ends, with which share. */
export function outcomeLine(outcome: OutcomeLine): HTMLElement {
  return element(
    'div',
    { class: `outcome-line ${outcome.tone}`, 'aria-label': outcome.spoken, title: outcome.spoken },
    element('span', { class: 'name' }, outcome.label),
    element('span', { class: 'share' }, outcome.share),
    element('small', {}, outcome.detail),
  );
}
