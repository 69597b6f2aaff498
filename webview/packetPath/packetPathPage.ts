import { element } from '../element.ts';
import type { FromPacketPath, PacketForm, ServiceMode, Tab, ToPacketPath } from '../protocol/packetPath.ts';
import { createButton, createProgressRing } from '../toolkit.ts';
import { ComparisonView } from './comparisonView.ts';
import { MigrationView } from './migrationView.ts';
import { PacketFormView } from './packetFormView.ts';
import type { PageState } from './pageState.ts';
import { PathTab } from './pathTab.ts';

type Message<Type extends ToPacketPath['type']> = Extract<ToPacketPath, { type: Type }>;

/** The parts of the page while a node is there to ask. */
interface Parts {
  readonly mode: ServiceMode | undefined;
  readonly form: PacketFormView;
  readonly path: PathTab;
  readonly compare: ComparisonView;
  readonly migration: MigrationView;
  readonly tabs: ReadonlyMap<Tab, { readonly button: HTMLElement; readonly panel: HTMLElement }>;
}

/** The packet path page: the form, and what it is about in three tabs. */
export class PacketPathPage {
  readonly #page: HTMLElement;
  readonly #send: (message: FromPacketPath) => void;
  readonly #save: (state: PageState) => void;
  #state: PageState;
  #parts: Parts | undefined;

  constructor(
    page: HTMLElement,
    state: PageState,
    send: (message: FromPacketPath) => void,
    save: (state: PageState) => void,
  ) {
    this.#page = page;
    this.#state = state;
    this.#send = send;
    this.#save = save;
  }

  receive(message: ToPacketPath): void {
    switch (message.type) {
      case 'page':
        this.#make(message);
        return;
      case 'nothing':
        this.#showNothing(message);
        return;
    }
    const parts = this.#parts;
    if (parts === undefined) {
      if (message.type === 'failed') this.#showNothing({ type: 'nothing', root: this.#state.root, text: message.text });
      return;
    }
    switch (message.type) {
      case 'show':
        this.#showTab(message.tab);
        return;
      case 'form':
        parts.form.set(message.form);
        this.#remember({ form: message.form });
        return;
      case 'formProblems':
        parts.form.showProblems(message.problems);
        return;
      case 'destinations':
        parts.form.showDestinations(message.query, message.choices, message.status);
        return;
      case 'trace':
        parts.form.endpoints = message.view.expectations
          .map(({ value }) => value)
          .filter((value) => value.includes(':'));
        parts.path.show(message.view, message.outcome);
        return;
      case 'path':
        parts.path.showPath(message.path);
        return;
      case 'misses':
        parts.path.showMisses(message.misses);
        return;
      case 'whyNot':
        parts.path.whyNot.show(message.answer);
        return;
      case 'comparison':
        parts.compare.show(message.comparison);
        return;
      case 'costs':
        parts.compare.showCosts(message.costs);
        return;
      case 'migration':
        parts.migration.show(message.migration);
        return;
      case 'migrationProgress':
        parts.migration.showProgress(message.text, message.done);
        return;
      case 'busy':
        this.#say(parts, message.concern, element('span', { class: 'busy' }, createProgressRing(), message.text));
        return;
      case 'failed':
        this.#say(parts, message.concern, element('span', { class: 'failed', role: 'alert' }, message.text));
    }
  }

  #make({ root, title, texts, form, sources, mode, tab }: Message<'page'>): void {
    const known = this.#parts;
    if (known !== undefined && this.#state.root === root && known.mode === mode) {
      // A new snapshot of the same node: what the user is at stays.
      known.form.sources = sources;
      known.form.set(form);
      this.#remember({ form });
      if (tab !== this.#state.tab) this.#showTab(tab);
      return;
    }
    this.#remember({ root, form, tab });
    const path = new PathTab(texts, { zoom: this.#state.zoom, step: this.#state.step }, this.#send, ({ zoom, step }) =>
      this.#remember({ zoom, ...(step === undefined ? {} : { step }) }),
    );
    const formView = new PacketFormView(form, { sources, mode }, this.#state.more, texts.form, {
      onTrace: (changed) => this.#trace(changed),
      onChange: (changed) => this.#remember({ form: changed }),
      onSearch: (query) => this.#send({ type: 'search', query }),
      onMore: (more) => this.#remember({ more }),
    });
    const compare = new ComparisonView(texts, {
      onCompare: (modes) => this.#send({ type: 'compare', form: formView.form, modes: [...modes] }),
      onCosts: () => this.#send({ type: 'costs' }),
      onOpen: (place) => this.#send({ type: 'open', ...place }),
    });
    const migration = new MigrationView(mode, texts, {
      onCheck: (to) => this.#send({ type: 'migrate', to }),
      onCancel: () => this.#send({ type: 'cancelMigration' }),
      onRow: (row) => this.#send({ type: 'openMigrationRow', row }),
      onExport: (format) => this.#send({ type: 'exportMigration', format }),
    });
    const panels = [
      ['path', texts.tabs.path, path.element],
      ['compare', texts.tabs.compare, compare.element],
      ['migration', texts.tabs.migration, migration.element],
    ] as const;
    const tabs = new Map(panels.map(([name, label, content]) => [name, this.#tab(name, label, content)] as const));
    this.#parts = { mode, form: formView, path, compare, migration, tabs };
    const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': texts.tabs.label });
    for (const { button } of tabs.values()) list.append(button);
    list.addEventListener('keydown', (event) => this.#onTabKey(event));
    this.#page.replaceChildren(
      element('header', { class: 'top' }, element('h1', {}, title), list),
      formView.element,
      ...[...tabs.values()].map(({ panel }) => panel),
    );
    this.#showTab(tab);
    // What was compared is not kept while the page is hidden.
    if (tab === 'compare' && form.destination !== '') compare.run();
  }

  #tab(name: Tab, label: string, content: HTMLElement) {
    const button = element(
      'button',
      { type: 'button', class: 'tab', role: 'tab', id: `tab-${name}`, 'data-tab': name },
      label,
    );
    button.addEventListener('click', () => this.#chooseTab(name));
    const panel = element('main', { class: 'panel', role: 'tabpanel', 'aria-labelledby': `tab-${name}` }, content);
    return { button, panel };
  }

  #chooseTab(tab: Tab): void {
    this.#showTab(tab);
    this.#send({ type: 'tab', tab });
    const parts = this.#parts;
    if (tab === 'compare' && parts?.compare.isEmpty === true && parts.form.form.destination !== '') parts.compare.run();
  }

  #showTab(tab: Tab): void {
    this.#remember({ tab });
    for (const [name, { button, panel }] of this.#parts?.tabs ?? []) {
      button.setAttribute('aria-selected', String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
      panel.hidden = name !== tab;
    }
    this.#parts?.form.element.toggleAttribute('hidden', tab === 'migration');
  }

  #onTabKey(event: KeyboardEvent): void {
    const names = [...(this.#parts?.tabs.keys() ?? [])];
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = names[names.indexOf(this.#state.tab) + move];
    if (move === 0 || next === undefined) return;
    event.preventDefault();
    this.#chooseTab(next);
    this.#parts?.tabs.get(next)?.button.focus();
  }

  #trace(form: PacketForm): void {
    this.#remember({ form });
    if (this.#state.tab === 'compare') this.#parts?.compare.run();
    else this.#send({ type: 'trace', form });
  }

  #say(parts: Parts, concern: Message<'busy'>['concern'], said: HTMLElement): void {
    switch (concern) {
      case 'compare':
      case 'costs':
        parts.compare.say(concern, said);
        return;
      case 'migration':
        parts.migration.say(said);
        return;
      case 'whyNot':
        parts.path.whyNot.say(said.textContent ?? '');
        return;
      case 'path':
        parts.path.say(said);
        return;
      default:
        parts.path.remark(said);
    }
  }

  #showNothing({ root, text, isBusy, action }: Message<'nothing'>): void {
    this.#parts = undefined;
    this.#remember({ root });
    const said = isBusy === true ? element('p', { class: 'busy' }, createProgressRing(), text) : element('p', {}, text);
    const message = element('div', { class: 'message', role: 'status' }, said);
    if (action !== undefined) {
      message.append(createButton(action.label, () => this.#send({ type: 'run', command: action.command }), 'primary'));
    }
    this.#page.replaceChildren(message);
  }

  #remember(change: Partial<PageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#save(this.#state);
  }
}
