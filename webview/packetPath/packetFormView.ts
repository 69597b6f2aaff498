import { element } from '../element.ts';
import type { DestinationChoice, FormField, PacketForm, ServiceMode, SourceChoice } from '../protocol/packetPath.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import { createButton, createDropdown, createTextField, setTextFieldValue } from '../toolkit.ts';
import { Combobox, type ComboboxItem } from './combobox.ts';

/** What the form tells its owner. */
export interface FormEvents {
  /** The packet is to be followed. */
  onTrace(form: PacketForm): void;
  /** Something was typed that is not to be followed yet. */
  onChange(form: PacketForm): void;
  onSearch(query: string): void;
  onMore(isOpen: boolean): void;
}

/** What the form offers. */
export interface FormChoices {
  readonly sources: readonly SourceChoice[];
  readonly mode: ServiceMode | undefined;
}

interface AddressItem extends ComboboxItem {
  readonly address: string;
  readonly device: string;
}

interface EndpointItem extends ComboboxItem {
  readonly endpoint: string;
}

/** Entries of a list that is filtered in the page. */
const mostItems = 50;

const looksLikeAddress = /^[\d.]+$|:/;

const protocols = ['tcp', 'udp', 'sctp', 'icmp'] as const;
const modes = ['iptables', 'ipvs', 'nftables'] as const;

/** The form that says which packet to follow. What is chosen is followed at once, what is typed with Enter. */
export class PacketFormView {
  readonly element: HTMLElement;
  readonly #texts: PacketPathTexts['form'];
  readonly #events: FormEvents;
  readonly #mode: ServiceMode | undefined;
  #sources: readonly SourceChoice[];
  readonly #setters = new Map<FormField, (value: string) => void>();
  readonly #fields = new Map<FormField, HTMLElement>();
  readonly #destination: Combobox<DestinationChoice>;
  #endpoints: readonly string[] = [];
  #found: readonly DestinationChoice[] = [];
  #form: PacketForm;

  constructor(
    form: PacketForm,
    choices: FormChoices,
    isMoreOpen: boolean,
    texts: PacketPathTexts['form'],
    events: FormEvents,
  ) {
    this.#form = form;
    this.#sources = choices.sources;
    this.#mode = choices.mode;
    this.#texts = texts;
    this.#events = events;
    this.#destination = this.#destinationField();
    const more = element('details', { class: 'more' }, element('summary', {}, texts.more), this.#moreFields());
    more.open = isMoreOpen;
    more.addEventListener('toggle', () => events.onMore(more.open));
    this.element = element(
      'form',
      { class: 'packet-form', 'aria-label': texts.label },
      element(
        'div',
        { class: 'fields' },
        this.#labelled('from', texts.from, this.#fromField()),
        this.#labelled('address', texts.address, this.#addressField()),
        this.#labelled('destination', texts.destination, this.#destination.element, 'wide'),
        this.#labelled('protocol', texts.protocol, this.#protocolField(), 'narrow'),
        this.#labelled('port', texts.port, this.#textField('port', texts.port, ''), 'narrow'),
        createButton(texts.trace, () => events.onTrace(this.#form), 'primary'),
      ),
      more,
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.set(form);
  }

  get form(): PacketForm {
    return this.#form;
  }

  /** Puts other values into the form. */
  set(form: PacketForm): void {
    this.#form = form;
    for (const [field, set] of this.#setters) set(form[field]);
    this.element.classList.toggle('icmp', form.protocol === 'icmp');
    this.element.classList.toggle('external', form.from === 'external');
  }

  /** Marks the fields that cannot be used as they are. */
  showProblems(problems: readonly { readonly field: string; readonly text: string }[]): void {
    for (const [field, holder] of this.#fields) {
      const text = problems.find((problem) => problem.field === field)?.text;
      holder.classList.toggle('wrong', text !== undefined);
      holder.querySelector('.problem')?.remove();
      if (text !== undefined) holder.append(element('small', { class: 'problem', role: 'alert' }, text));
    }
    const inMore = ['sourcePort', 'mark', 'translatedTo', 'remembered', 'device'];
    const details = this.element.querySelector('details');
    if (details !== null && problems.some(({ field }) => inMore.includes(field))) details.open = true;
  }

  showDestinations(query: string, choices: readonly DestinationChoice[], status: string): void {
    if (query !== this.#destination.text && query !== '') return;
    this.#found = choices;
    this.#destination.show(choices, status);
  }

  /** Where packets may start. */
  set sources(sources: readonly SourceChoice[]) {
    this.#sources = sources;
  }

  /** The endpoints of the frontend that the packet goes to. */
  set endpoints(endpoints: readonly string[]) {
    this.#endpoints = endpoints;
  }

  #change(change: Partial<PacketForm>, trace: boolean): void {
    this.set({ ...this.#form, ...change });
    if (trace) this.#events.onTrace(this.#form);
    else this.#events.onChange(this.#form);
  }

  #fromField(): HTMLElement {
    const { pod, node, external, from } = this.#texts;
    const options = [
      { value: 'pod', label: pod },
      { value: 'node', label: node },
      { value: 'external', label: external },
    ] as const;
    const dropdown = createDropdown(from, options, this.#form.from, (value) => {
      const first = this.#sources.find((source) => source.from === value);
      this.#change({ from: value, address: first?.address ?? '', device: '' }, true);
    });
    this.#setters.set('from', () => dropdown.set(this.#form.from));
    return dropdown.element;
  }

  #addressField(): HTMLElement {
    const { address, anyAddress } = this.#texts;
    const box: Combobox<AddressItem> = new Combobox<AddressItem>(address, anyAddress, {
      onInput: (text) => {
        this.#change({ address: box.text }, false);
        box.show(this.#addresses(text), '');
      },
      onChoose: (item) => this.#change({ address: item.address, device: item.device }, true),
      onEnter: () => this.#events.onTrace(this.#form),
    });
    this.#setters.set('address', (value) => {
      if (box.text !== value) box.text = value;
    });
    return box.element;
  }

  #addresses(text: string): readonly AddressItem[] {
    return this.#sources
      .filter(({ from, address }) => from === this.#form.from && address !== '' && address.includes(text))
      .slice(0, mostItems)
      .map(({ from, address, detail }) => ({
        label: address,
        detail,
        address,
        device: from === 'external' ? detail : '',
      }));
  }

  #destinationField(): Combobox<DestinationChoice> {
    const { destination, destinationPlaceholder } = this.#texts;
    const box: Combobox<DestinationChoice> = new Combobox<DestinationChoice>(destination, destinationPlaceholder, {
      onInput: (text) => {
        this.#change({ destination: box.text }, false);
        this.#events.onSearch(text);
      },
      onChoose: (item) => this.#goTo(item),
      onEnter: () => {
        // A name is not an address: the first frontend that it finds is meant.
        const [first] = this.#found;
        if (first === undefined || looksLikeAddress.test(box.text)) this.#events.onTrace(this.#form);
        else this.#goTo(first);
      },
    });
    this.#setters.set('destination', (value) => {
      if (box.text !== value) box.text = value;
    });
    return box;
  }

  #goTo({ destination, port, protocol, endpoints }: DestinationChoice): void {
    this.#endpoints = endpoints;
    this.#change({ destination, port, protocol, ...this.#sourceFor(destination) }, true);
  }

  /** Another source where that of the form is of the other family than a destination. */
  #sourceFor(destination: string): Partial<PacketForm> {
    const isFitting = (address: string): boolean => address.includes(':') === destination.includes(':');
    if (this.#form.address === '' || isFitting(this.#form.address)) return {};
    const fitting = this.#sources.filter(({ address }) => address !== '' && isFitting(address));
    const source = fitting.find(({ from }) => from === this.#form.from) ?? fitting[0];
    return { from: source?.from ?? 'node', address: source?.address ?? '', device: '' };
  }

  #protocolField(): HTMLElement {
    const options = protocols.map((value) => ({ value, label: value.toUpperCase() }));
    const dropdown = createDropdown(this.#texts.protocol, options, this.#form.protocol, (protocol) =>
      this.#change({ protocol }, true),
    );
    this.#setters.set('protocol', () => dropdown.set(this.#form.protocol));
    return dropdown.element;
  }

  #textField(field: 'port' | 'sourcePort' | 'mark' | 'device' | 'translatedTo', label: string, placeholder: string) {
    const input = createTextField(label, placeholder, (value) => this.#change({ [field]: value }, false));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#events.onTrace(this.#form);
    });
    this.#setters.set(field, (value) => setTextFieldValue(input, value));
    return input;
  }

  #moreFields(): HTMLElement {
    const { sourcePort, anyPort, mark, state, states, translatedTo, remembered, nothing, rules, liveRules, device } =
      this.#texts;
    const stateNames = ['new', 'established', 'related', 'invalid', 'untracked'] as const;
    const stateList = createDropdown(
      state,
      stateNames.map((value) => ({ value, label: states[value] })),
      this.#form.state,
      (value) => this.#change({ state: value }, true),
    );
    this.#setters.set('state', () => stateList.set(this.#form.state));
    const live = this.#mode === undefined ? liveRules : `${liveRules} (${this.#mode})`;
    const ruleList = createDropdown<PacketForm['rules']>(
      rules,
      [{ value: 'live', label: live }, ...modes.map((value) => ({ value, label: value }))],
      this.#form.rules,
      (value) => this.#change({ rules: value }, true),
    );
    this.#setters.set('rules', () => ruleList.set(this.#form.rules));
    const endpoints: Combobox<EndpointItem> = new Combobox<EndpointItem>(remembered, nothing, {
      onInput: (text) => {
        this.#change({ remembered: endpoints.text }, false);
        const items = this.#endpoints.filter((endpoint) => endpoint.includes(text)).slice(0, mostItems);
        endpoints.show(
          items.map((endpoint) => ({ label: endpoint, detail: '', endpoint })),
          '',
        );
      },
      onChoose: (item) => this.#change({ remembered: item.endpoint }, true),
      onEnter: () => this.#events.onTrace(this.#form),
    });
    this.#setters.set('remembered', (value) => {
      if (endpoints.text !== value) endpoints.text = value;
    });
    return element(
      'div',
      { class: 'fields' },
      this.#labelled('rules', rules, ruleList.element),
      this.#labelled('device', device, this.#textField('device', device, this.#texts.anyAddress), 'only-external'),
      this.#labelled('sourcePort', sourcePort, this.#textField('sourcePort', sourcePort, anyPort), 'narrow'),
      this.#labelled('mark', mark, this.#textField('mark', mark, '0x0'), 'narrow'),
      this.#labelled('state', state, stateList.element),
      this.#labelled('translatedTo', translatedTo, this.#textField('translatedTo', translatedTo, nothing)),
      this.#labelled('remembered', remembered, endpoints.element),
    );
  }

  #labelled(field: FormField, label: string, control: HTMLElement, className = ''): HTMLElement {
    // The controls have their names themselves: a label does not reach into their shadow.
    const holder = element(
      'div',
      { class: `field ${className} field-${field}` },
      element('span', { class: 'label', 'aria-hidden': 'true' }, label),
      control,
    );
    this.#fields.set(field, holder);
    return holder;
  }
}
