import { element } from '../element.ts';
import type { ServiceMode } from '../protocol/packetPath.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { Comparison, Costs, RulePlace, Visit } from '../protocol/traceView.ts';
import { createButton, createCheckbox } from '../toolkit.ts';
import { outcomeLine } from './outcomeList.ts';
import { noteList, table } from './table.ts';

/** What the tab tells its owner. */
export interface ComparisonEvents {
  onCompare(modes: readonly ServiceMode[]): void;
  onCosts(): void;
  onOpen(place: RulePlace): void;
}

const modes = ['iptables', 'ipvs', 'nftables'] as const;

/** The same packet in several modes, and what these cost. */
export class ComparisonView {
  readonly element: HTMLElement;
  readonly #texts: PacketPathTexts;
  readonly #events: ComparisonEvents;
  readonly #chosen: Set<ServiceMode>;
  readonly #result = element('div', { class: 'comparison' });
  readonly #costs = element('div', { class: 'costs' });

  constructor(texts: PacketPathTexts, events: ComparisonEvents) {
    this.#texts = texts;
    this.#events = events;
    this.#chosen = new Set<ServiceMode>(modes);
    const boxes = modes.map((mode) =>
      createCheckbox(mode, true, (isChosen) => {
        if (isChosen) this.#chosen.add(mode);
        else this.#chosen.delete(mode);
      }),
    );
    this.element = element(
      'section',
      { 'aria-label': texts.compare.label },
      element(
        'div',
        { class: 'row', role: 'group', 'aria-label': texts.compare.chooseModes },
        ...boxes,
        createButton(texts.compare.run, () => this.run(), 'primary'),
        createButton(texts.compare.costs, () => events.onCosts()),
      ),
      this.#result,
      this.#costs,
    );
  }

  /** Whether something has been compared. */
  get isEmpty(): boolean {
    return this.#result.childElementCount === 0;
  }

  /** Compares in the modes that are chosen. */
  run(): void {
    const chosen = modes.filter((mode) => this.#chosen.has(mode));
    if (chosen.length > 0) this.#events.onCompare(chosen);
  }

  say(what: 'compare' | 'costs', ...said: readonly (Node | string)[]): void {
    (what === 'compare' ? this.#result : this.#costs).replaceChildren(...said);
  }

  show({ packet, summary, columns, differences, notes }: Comparison): void {
    const everywhere = columns.map(({ path }) => new Set((path?.visits ?? []).map(({ place }) => place)));
    const differs = (visit: Visit): boolean => everywhere.some((places) => !places.has(visit.place));
    const { compare } = this.#texts;
    this.#result.replaceChildren(
      element('p', { class: 'summary' }, element('code', {}, packet), ` ${summary}`),
      differences.length === 0
        ? ''
        : table(compare.differences, [compare.what, ...columns.map(({ title }) => title)], differences),
      element(
        'div',
        { class: 'columns' },
        ...columns.map(({ title, subtitle, outcomes, more, path }) =>
          element(
            'article',
            { class: 'column', 'aria-label': title },
            element('h2', {}, title, element('small', {}, subtitle)),
            ...outcomes.map(outcomeLine),
            more === undefined ? undefined : element('p', { class: 'muted' }, more),
            element('ol', { class: 'hops' }, ...(path?.visits ?? []).map((visit) => this.#hop(visit, differs(visit)))),
          ),
        ),
      ),
      ...noteList(this.#texts.outcomes.notes, notes),
    );
  }

  showCosts({ caption, modes: names, rows }: Costs): void {
    this.#costs.replaceChildren(table(caption, [this.#texts.compare.what, ...names], rows));
  }

  /** A place of a way, with what happens there in short. */
  #hop(visit: Visit, differs: boolean): HTMLElement {
    const lines = visit.steps.map((step) => {
      const { rulePlace } = step;
      const text = [element('span', { class: 'where' }, step.where), ' ', step.effect];
      if (rulePlace === undefined) return element('div', { class: 'line' }, ...text);
      const line = element('button', { class: 'line', type: 'button', title: step.rule ?? step.words }, ...text);
      line.addEventListener('click', () => this.#events.onOpen(rulePlace));
      return line;
    });
    return element('li', { class: differs ? 'differs' : '' }, element('strong', {}, visit.title), ...lines);
  }
}
