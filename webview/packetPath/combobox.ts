import { element } from '../element.ts';
import { createTextField, setTextFieldValue } from '../toolkit.ts';

/** An entry that can be chosen. */
export interface ComboboxItem {
  readonly label: string;
  readonly detail: string;
}

/** What a combo box tells its owner. */
export interface ComboboxEvents<Item extends ComboboxItem> {
  /** The text was changed by the user; entries for it are wanted. */
  onInput(text: string): void;
  onChoose(item: Item): void;
  /** Enter was pressed in the field. */
  onEnter(): void;
}

/**
 * A text field with entries below it that fit what is typed. Down leads from the field into the entries, Enter takes
 * one, Escape leads back; any other text can be typed too.
 */
export class Combobox<Item extends ComboboxItem> {
  readonly element: HTMLElement;
  readonly #field: HTMLElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  readonly #events: ComboboxEvents<Item>;
  #text = '';

  constructor(label: string, placeholder: string, events: ComboboxEvents<Item>) {
    this.#events = events;
    this.#field = createTextField(label, placeholder, (text) => {
      this.#text = text;
      events.onInput(text);
    });
    this.#field.setAttribute('aria-haspopup', 'listbox');
    this.#list = element('div', { class: 'choices', role: 'listbox', 'aria-label': label });
    this.#status = element('div', { class: 'status', role: 'status' });
    this.#list.hidden = true;
    this.element = element('div', { class: 'combobox' }, this.#field, this.#list);
    this.#field.addEventListener('click', () => {
      if (this.#list.hidden) events.onInput('');
    });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node) || !this.element.contains(relatedTarget)) this.close();
    });
  }

  get text(): string {
    return this.#text;
  }

  set text(value: string) {
    this.#text = value;
    setTextFieldValue(this.#field, value);
  }

  /** Shows entries. @param status what is to be said of them beside themselves; may be empty */
  show(items: readonly Item[], status: string): void {
    this.#list.replaceChildren(
      ...items.map((item) => {
        const option = element(
          'div',
          { class: 'choice', role: 'option', tabindex: -1 },
          element('span', {}, item.label),
          element('small', {}, item.detail),
        );
        // The press would take the focus from the field, which closes the list before the click.
        option.addEventListener('mousedown', (event) => event.preventDefault());
        option.addEventListener('click', () => this.#choose(item));
        option.addEventListener('keydown', (event) => {
          if (event.key !== 'Enter') return;
          event.stopPropagation();
          event.preventDefault();
          this.#choose(item);
        });
        return option;
      }),
      this.#status,
    );
    this.#status.textContent = status;
    this.#list.hidden = !this.element.contains(document.activeElement) || (items.length === 0 && status === '');
  }

  close(): void {
    this.#list.hidden = true;
  }

  #choose(item: Item): void {
    this.close();
    this.#events.onChoose(item);
    this.#field.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const options = [...this.#list.querySelectorAll<HTMLElement>('[role=option]')];
    const at = options.findIndex((option) => option.matches(':focus'));
    switch (event.key) {
      case 'ArrowDown':
        if (this.#list.hidden) this.#events.onInput('');
        else options[Math.min(at + 1, options.length - 1)]?.focus();
        break;
      case 'ArrowUp':
        if (at > 0) options[at - 1]?.focus();
        else this.#field.focus();
        break;
      case 'Escape':
        this.#field.focus();
        this.close();
        break;
      case 'Enter':
        this.close();
        this.#events.onEnter();
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}
