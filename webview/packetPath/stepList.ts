import { element } from '../element.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { Misses, Path, PathStep, RulePlace, Visit } from '../protocol/traceView.ts';
import { createButton } from '../toolkit.ts';
import { type StepNode, stepTree } from './stepTree.ts';

/** What the steps tell their owner. */
export interface StepEvents {
  onOpen(place: RulePlace): void;
  onFocus(step: number): void;
  onMisses(step: number, offset: number): void;
}

/**
 * The steps of one way as nested cards, which are a tree for screen readers and the keyboard: the places, in each the
 * rules, and below a rule those of the chain that it leads to.
 */
export class StepList {
  readonly element: HTMLElement;
  readonly #texts: PacketPathTexts;
  readonly #events: StepEvents;
  #path: Path | undefined;

  constructor(texts: PacketPathTexts, events: StepEvents) {
    this.#texts = texts;
    this.#events = events;
    this.element = element('div', { class: 'steps', role: 'tree', 'aria-label': texts.steps.label });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('focusin', (event) => this.#onFocus(event));
  }

  /** Shows a way. @param focused the step that the tab key leads to */
  show(path: Path, focused: number | undefined): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.#path = path;
    this.element.replaceChildren(
      ...path.visits.map((visit, index) => this.#visit(visit, index + 1, path.visits.length)),
    );
    const start = (focused === undefined ? undefined : this.#item(focused)) ?? this.#items()[0];
    if (start === undefined) return;
    start.tabIndex = 0;
    if (hadFocus) start.focus();
  }

  /** Marks the step that the packet is at, and brings it into sight. */
  mark(step: number | undefined): void {
    for (const marked of this.element.querySelectorAll('.current')) marked.classList.remove('current');
    if (step === undefined) return;
    const item = this.#item(step);
    item?.classList.add('current');
    item?.querySelector('.card')?.scrollIntoView({ block: 'nearest' });
  }

  /** Moves the focus to a step, or to the first one of a place. */
  focus(target: { readonly step: number } | { readonly place: string }): void {
    const item =
      'step' in target
        ? this.#item(target.step)
        : this.element.querySelector<HTMLElement>(`[data-place="${target.place}"]`);
    item?.focus();
    item?.querySelector('.card')?.scrollIntoView({ block: 'center' });
  }

  /** Shows a page of rules that were tried before a step. */
  showMisses(misses: Misses): void {
    if (misses.outcome !== this.#path?.outcome) return;
    const list = this.#item(misses.step)?.querySelector(':scope > .card > .misses');
    if (!(list instanceof HTMLElement)) return;
    if (misses.offset === 0) list.replaceChildren();
    list.querySelector('.next')?.remove();
    for (const { position, rule, condition, rulePlace } of misses.lines) {
      const line = element(
        'button',
        { class: 'miss', type: 'button', title: this.#texts.steps.open, disabled: rulePlace === undefined },
        element('span', { class: 'position' }, position),
        element('code', {}, ...emphasize(rule, condition)),
      );
      if (rulePlace !== undefined) {
        line.addEventListener('click', (event) => {
          event.stopPropagation();
          this.#events.onOpen(rulePlace);
        });
      }
      list.append(line);
    }
    if (misses.more !== undefined) {
      const next = createButton(misses.more, () =>
        this.#events.onMisses(misses.step, misses.offset + misses.lines.length),
      );
      next.classList.add('next');
      list.append(next);
    }
  }

  #visit(visit: Visit, position: number, count: number): HTMLElement {
    const tree = stepTree(visit.steps);
    return element(
      'section',
      {
        class: `visit${visit.tone === undefined ? '' : ` ${visit.tone}`}`,
        role: 'treeitem',
        tabindex: -1,
        'aria-level': 1,
        'aria-posinset': position,
        'aria-setsize': count,
        'aria-expanded': 'true',
        'aria-label': visit.spoken,
        'data-place': visit.place,
      },
      element('h3', { class: 'card' }, visit.title, element('small', {}, visit.detail)),
      element(
        'div',
        { class: 'below', role: 'group' },
        ...tree.map((node, index) => this.#step(node, 2, index + 1, tree.length)),
      ),
    );
  }

  #step({ step, children }: StepNode, level: number, position: number, count: number): HTMLElement {
    return element(
      'div',
      {
        class: `step${step.tone === undefined ? '' : ` ${step.tone}`}`,
        role: 'treeitem',
        tabindex: -1,
        'aria-level': level,
        'aria-posinset': position,
        'aria-setsize': count,
        'aria-expanded': children.length === 0 ? undefined : 'true',
        'aria-label': step.spoken,
        'data-step': step.number,
      },
      this.#card(step),
      children.length === 0
        ? undefined
        : element(
            'div',
            { class: 'below', role: 'group' },
            ...children.map((node, index) => this.#step(node, level + 1, index + 1, children.length)),
          ),
    );
  }

  #card(step: PathStep): HTMLElement {
    const { steps } = this.#texts;
    const card = element(
      'div',
      { class: `card${step.rulePlace === undefined ? '' : ' opens'}`, title: step.words },
      element(
        'div',
        { class: 'head' },
        element('span', { class: 'where' }, step.where),
        element('span', { class: 'effect' }, step.effect),
        step.share === undefined ? undefined : element('span', { class: 'share' }, step.share),
        step.counters === undefined ? undefined : element('span', { class: 'counters' }, step.counters),
      ),
      step.rule === undefined ? undefined : element('code', { class: 'rule' }, step.rule),
    );
    if (step.changes.length > 0) {
      const changes = element('div', { class: 'changes' });
      for (const { label, before, after } of step.changes) {
        changes.append(
          element(
            'span',
            { class: 'change' },
            `${label} `,
            element('del', { title: steps.before }, before),
            ' → ',
            element('ins', { title: steps.after }, after),
          ),
        );
      }
      card.append(changes);
    }
    if (step.tried !== undefined) card.append(...this.#tried(step, step.tried));
    const { rulePlace } = step;
    if (rulePlace !== undefined) {
      card.addEventListener('click', () => this.#events.onOpen(rulePlace));
    }
    return card;
  }

  /** The button and the list of rules that were tried before a step. */
  #tried(step: PathStep, text: string): readonly HTMLElement[] {
    const list = element('div', { class: 'misses', role: 'group', 'aria-label': this.#texts.steps.misses });
    const button = element('button', { class: 'tried', type: 'button', tabindex: -1, 'aria-expanded': 'false' }, text);
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      const isOpen = button.getAttribute('aria-expanded') === 'true';
      button.setAttribute('aria-expanded', String(!isOpen));
      list.replaceChildren();
      if (!isOpen) this.#events.onMisses(step.number, 0);
    });
    return [button, list];
  }

  #items(): readonly HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[role=treeitem]')].filter(
      (item) => item.parentElement?.closest('[aria-expanded=false][role=treeitem]') === null,
    );
  }

  #item(step: number): HTMLElement | undefined {
    return this.element.querySelector<HTMLElement>(`[data-step="${step}"]`) ?? undefined;
  }

  #onFocus({ target }: FocusEvent): void {
    if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'treeitem') return;
    for (const item of this.element.querySelectorAll<HTMLElement>('[role=treeitem]')) item.tabIndex = -1;
    target.tabIndex = 0;
    const step = target.dataset['step'] ?? target.querySelector<HTMLElement>('[data-step]')?.dataset['step'];
    if (step !== undefined) this.#events.onFocus(Number(step));
  }

  #onKey(event: KeyboardEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (target.getAttribute('role') !== 'treeitem') return;
    const items = this.#items();
    const at = items.indexOf(target);
    const expanded = target.getAttribute('aria-expanded');
    let next: HTMLElement | null | undefined;
    switch (event.key) {
      case 'ArrowDown':
        next = items[at + 1];
        break;
      case 'ArrowUp':
        next = items[at - 1];
        break;
      case 'Home':
        next = items[0];
        break;
      case 'End':
        next = items.at(-1);
        break;
      case 'ArrowRight':
        if (expanded === 'false') target.setAttribute('aria-expanded', 'true');
        else if (expanded === 'true') next = items[at + 1];
        break;
      case 'ArrowLeft':
        if (expanded === 'true') target.setAttribute('aria-expanded', 'false');
        else next = target.parentElement?.closest<HTMLElement>('[role=treeitem]');
        break;
      case 'Enter':
        target.querySelector<HTMLElement>(':scope > .card.opens')?.click();
        break;
      case ' ':
        target.querySelector<HTMLElement>(':scope > .card > .tried')?.click();
        break;
      default:
        return;
    }
    event.preventDefault();
    next?.focus();
  }
}

/** A rule with the part of it marked that did not match. */
function emphasize(rule: string, condition: string): readonly (Node | string)[] {
  const at = condition === '' ? -1 : rule.indexOf(condition);
  if (at < 0) return condition === '' ? [rule] : [rule, ' ', element('mark', {}, condition)];
  return [rule.slice(0, at), element('mark', {}, condition), rule.slice(at + condition.length)];
}
