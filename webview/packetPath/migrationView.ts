import { element } from '../element.ts';
import type { ServiceMode } from '../protocol/packetPath.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { Migration } from '../protocol/traceView.ts';
import { createButton, createDropdown } from '../toolkit.ts';
import { noteList } from './table.ts';

/** What the tab tells its owner. */
export interface MigrationEvents {
  onCheck(to: ServiceMode): void;
  onCancel(): void;
  onRow(row: number): void;
  onExport(format: 'markdown' | 'json'): void;
}

const modes = ['iptables', 'ipvs', 'nftables'] as const;

/** What another mode would change, as a table of what people care for. */
export class MigrationView {
  readonly element: HTMLElement;
  readonly #texts: PacketPathTexts;
  readonly #events: MigrationEvents;
  readonly #result = element('div', { class: 'migration' });
  #to: ServiceMode;

  /** @param current the mode that the node is in */
  constructor(current: ServiceMode | undefined, texts: PacketPathTexts, events: MigrationEvents) {
    const { migration } = texts;
    this.#texts = texts;
    this.#events = events;
    const others = modes.filter((mode) => mode !== current);
    this.#to = others.includes('nftables') ? 'nftables' : 'iptables';
    const choice = createDropdown(
      migration.to,
      others.map((value) => ({ value, label: value })),
      this.#to,
      (to) => {
        this.#to = to;
      },
    );
    this.element = element(
      'section',
      { 'aria-label': migration.label },
      element('p', { class: 'intro' }, migration.intro),
      element(
        'div',
        { class: 'row' },
        element('span', { 'aria-hidden': 'true' }, `${migration.to}:`),
        choice.element,
        createButton(migration.run, () => events.onCheck(this.#to), 'primary'),
      ),
      this.#result,
    );
  }

  say(...said: readonly (Node | string)[]): void {
    this.#result.replaceChildren(...said);
  }

  /** Shows how far the check is, 0 to 1, with a way to end it. */
  showProgress(text: string, done: number): void {
    const known = this.#result.querySelector<HTMLElement>('.progress');
    if (known === null) {
      const bar = element('progress', { max: 1, value: done });
      const label = element('span', { role: 'status' }, text);
      const cancel = createButton(this.#texts.migration.cancel, () => this.#events.onCancel());
      this.#result.replaceChildren(element('div', { class: 'row progress' }, bar, label, cancel));
      return;
    }
    known.querySelector('progress')?.setAttribute('value', String(done));
    const label = known.querySelector('span');
    if (label !== null) label.textContent = text;
  }

  show(found: Migration): void {
    const { migration, outcomes } = this.#texts;
    this.#result.replaceChildren(
      element('h2', {}, found.title),
      element('p', { class: `summary ${found.tone}` }, found.summary),
      element(
        'div',
        { class: 'row' },
        createButton(migration.asMarkdown, () => this.#events.onExport('markdown')),
        createButton(migration.asJson, () => this.#events.onExport('json')),
      ),
      ...found.groups.map((group) => this.#group(group, found)),
      ...noteList(outcomes.notes, found.notes),
    );
  }

  #group(
    { title, explanation, advice, count, lines, more }: Migration['groups'][number],
    found: Migration,
  ): HTMLElement {
    const { migration } = this.#texts;
    const heads = [migration.service, migration.packet, found.before, found.after];
    const group = element(
      'details',
      { class: 'group' },
      element('summary', {}, element('strong', {}, title), ` ${count}`),
      element('p', { class: 'intro' }, `${explanation} `, element('em', {}, advice)),
      element(
        'div',
        { class: 'table' },
        element(
          'table',
          {},
          element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
          element('tbody', {}, ...lines.map((line) => this.#line(line))),
        ),
      ),
      more === undefined ? undefined : element('p', { class: 'muted' }, more),
    );
    group.open = true;
    return group;
  }

  #line({ number, service, packet, before, after }: Migration['groups'][number]['lines'][number]): HTMLElement {
    const open = element('button', { class: 'link', type: 'button', title: this.#texts.migration.open }, service);
    open.addEventListener('click', () => this.#events.onRow(number));
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, open),
      element('td', {}, element('code', {}, packet)),
      element('td', {}, before),
      element('td', {}, after),
    );
  }
}
