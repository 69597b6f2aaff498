import { element } from '../element.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { RulePlace, TraceView, WhyNot } from '../protocol/traceView.ts';
import { createButton } from '../toolkit.ts';
import { Combobox, type ComboboxItem } from './combobox.ts';

/** What the box tells its owner. */
export interface WhyNotEvents {
  onAsk(expected: string): void;
  onOpen(place: RulePlace): void;
  onStep(outcome: number, step: number | undefined): void;
}

interface ExpectedItem extends ComboboxItem {
  readonly value: string;
}

/** Asks why a packet did not go where it was expected, and shows where it parted from that way. */
export class WhyNotBox {
  readonly element: HTMLElement;
  readonly #texts: PacketPathTexts['whyNot'];
  readonly #events: WhyNotEvents;
  readonly #answer = element('div', { class: 'answer', role: 'status' });
  readonly #box: Combobox<ExpectedItem>;
  #expectations: TraceView['expectations'] = [];

  constructor(texts: PacketPathTexts['whyNot'], events: WhyNotEvents) {
    this.#texts = texts;
    this.#events = events;
    const ask = (): void => {
      const typed = this.#box.text.trim();
      const known = this.#expectations.find(({ value, label }) => label === typed || value === typed);
      if (typed !== '') events.onAsk(known?.value ?? typed);
    };
    this.#box = new Combobox<ExpectedItem>(texts.label, texts.placeholder, {
      onInput: (text) => this.#box.show(this.#items(text), ''),
      onChoose: (item) => {
        this.#box.text = item.label;
        events.onAsk(item.value);
      },
      onEnter: ask,
    });
    this.element = element(
      'section',
      { class: 'why-not', 'aria-label': texts.label },
      element('div', { class: 'row' }, this.#box.element, createButton(texts.ask, ask)),
      this.#answer,
    );
  }

  /** Takes what could have been expected of another packet; an old answer goes. */
  reset(expectations: TraceView['expectations']): void {
    this.#expectations = expectations;
    this.#answer.replaceChildren();
  }

  say(text: string): void {
    this.#answer.replaceChildren(text);
  }

  show(answer: WhyNot): void {
    const { rulePlace, outcome, step, rule } = answer;
    this.#answer.className = `answer ${answer.tone}`;
    this.#answer.replaceChildren(
      element('p', {}, element('strong', {}, answer.expected), ` ${answer.sentence}`),
      ...(rule === undefined ? [] : [element('code', { class: 'rule' }, rule)]),
      element(
        'div',
        { class: 'buttons' },
        rulePlace === undefined ? undefined : createButton(this.#texts.openRule, () => this.#events.onOpen(rulePlace)),
        outcome === undefined ? undefined : createButton(this.#texts.lookAt, () => this.#events.onStep(outcome, step)),
      ),
    );
  }

  #items(text: string): readonly ExpectedItem[] {
    return this.#expectations
      .filter(({ label }) => label.includes(text))
      .slice(0, 50)
      .map(({ value, label }) => ({ value, label, detail: '' }));
  }
}
