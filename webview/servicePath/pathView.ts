import type { FromView, PathGraph, PathTexts } from '../protocol/servicePath.ts';
import { createButton, createTextField, setTextFieldValue } from '../toolkit.ts';
import { drawPicture, focusNode } from './picture.ts';
import { collapsedId, visibleGraph } from './visibleGraph.ts';

/** What the view remembers while its panel is hidden. */
export interface ViewState {
  readonly filter: string;
  readonly allEndpoints: boolean;
  readonly focused?: string | undefined;
}

/** The page: a toolbar over the picture of a graph. */
export class PathView {
  readonly #page: HTMLElement;
  readonly #send: (message: FromView) => void;
  readonly #save: (state: ViewState) => void;
  #state: ViewState;
  #shown: { readonly graph: PathGraph; readonly texts: PathTexts; readonly body: HTMLElement } | undefined;

  constructor(
    page: HTMLElement,
    state: ViewState,
    send: (message: FromView) => void,
    save: (state: ViewState) => void,
  ) {
    this.#page = page;
    this.#state = state;
    this.#send = send;
    this.#save = save;
  }

  /** Shows a graph; what was filtered and focused stays so. */
  showGraph(graph: PathGraph, texts: PathTexts): void {
    if (this.#shown === undefined) {
      const body = document.createElement('main');
      this.#page.replaceChildren(this.#toolbar(graph, texts), body);
      this.#shown = { graph, texts, body };
    } else {
      this.#shown = { graph, texts, body: this.#shown.body };
      const heading = this.#page.querySelector('h1');
      if (heading !== null) heading.textContent = graph.title;
    }
    this.#draw(false);
  }

  /** Shows a sentence instead of a picture. */
  showMessage(text: string): void {
    this.#shown = undefined;
    const message = document.createElement('p');
    message.className = 'message';
    message.setAttribute('role', 'status');
    message.textContent = text;
    this.#page.replaceChildren(message);
  }

  /** Fits the picture into the page, after that changed its size. */
  resize(): void {
    this.#draw(document.activeElement?.closest('.picture') !== null);
  }

  #toolbar(graph: PathGraph, texts: PathTexts): HTMLElement {
    const toolbar = document.createElement('header');
    toolbar.className = 'toolbar';
    const heading = document.createElement('h1');
    heading.textContent = graph.title;
    const filter = createTextField(texts.filter, texts.filterPlaceholder, (value) => {
      this.#change({ filter: value }, false);
    });
    setTextFieldValue(filter, this.#state.filter);
    toolbar.append(
      heading,
      filter,
      createButton(texts.trace, () => this.#send({ type: 'trace' })),
      createButton(texts.openRules, () => this.#openFocused()),
      createButton(texts.refresh, () => this.#send({ type: 'refresh' })),
    );
    return toolbar;
  }

  #draw(keepFocus: boolean): void {
    if (this.#shown === undefined) return;
    const { graph, texts, body } = this.#shown;
    const visible = visibleGraph(graph, this.#state, (count) => texts.moreEndpoints.replace('{0}', String(count)));
    if (visible.nodes.length === 0) {
      const nothing = document.createElement('p');
      nothing.className = 'message';
      nothing.setAttribute('role', 'status');
      nothing.textContent = texts.noMatch;
      body.replaceChildren(nothing);
      return;
    }
    const picture = drawPicture(visible, this.#page.clientWidth, texts, this.#state.focused, {
      onChoose: (id) => this.#choose(id),
      onFocus: (id) => {
        this.#state = { ...this.#state, focused: id };
        this.#save(this.#state);
      },
    });
    body.replaceChildren(picture);
    if (this.#state.allEndpoints) {
      body.prepend(createButton(texts.fewerEndpoints, () => this.#change({ allEndpoints: false }, true)));
    }
    if (keepFocus && this.#state.focused !== undefined) focusNode(picture, this.#state.focused);
  }

  #choose(id: string): void {
    if (id === collapsedId) {
      this.#change({ allEndpoints: true }, true);
      return;
    }
    this.#open(id);
  }

  #openFocused(): void {
    const nodes = this.#shown?.graph.nodes ?? [];
    // What had the focus may be gone with a refresh.
    const node = nodes.find(({ id }) => id === this.#state.focused) ?? nodes[0];
    if (node !== undefined) this.#open(node.id);
  }

  #open(id: string): void {
    const element = this.#shown?.graph.nodes.find((node) => node.id === id)?.element;
    if (element !== undefined) this.#send({ type: 'openRules', element });
  }

  #change(change: Partial<ViewState>, keepFocus: boolean): void {
    this.#state = { ...this.#state, ...change };
    this.#save(this.#state);
    this.#draw(keepFocus);
  }
}
