import {
  type Dropdown,
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

/** Makes the toolkit's elements known to the page. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}

/** Creates a button with a label. */
export function createButton(
  label: string,
  onClick: () => void,
  appearance: 'primary' | 'secondary' = 'secondary',
): HTMLElement {
  const button = document.createElement('vscode-button');
  button.setAttribute('appearance', appearance);
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}

/** Creates a text field that reports each change of its value. */
export function createTextField(label: string, placeholder: string, onInput: (value: string) => void): HTMLElement {
  const field = document.createElement('vscode-text-field');
  field.setAttribute('placeholder', placeholder);
  field.setAttribute('aria-label', label);
  field.addEventListener('input', () => onInput(textOf(field)));
  return field;
}

/** Puts a value into a field made by {@link createTextField}. */
export function setTextFieldValue(field: HTMLElement, value: string): void {
  if (isTextField(field)) field.value = value;
}

/** An entry of a drop-down list. */
export interface DropdownOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** A drop-down list whose value can be set. */
export interface DropdownControl<Value extends string> {
  readonly element: HTMLElement;
  set(value: Value): void;
}

/** Creates a drop-down list that reports what the user chooses. */
export function createDropdown<Value extends string>(
  label: string,
  options: readonly DropdownOption<Value>[],
  value: Value,
  onChoose: (value: Value) => void,
): DropdownControl<Value> {
  const dropdown = document.createElement('vscode-dropdown');
  dropdown.setAttribute('aria-label', label);
  for (const option of options) {
    const element = document.createElement('vscode-option');
    element.setAttribute('value', option.value);
    if (option.value === value) element.setAttribute('selected', '');
    element.textContent = option.label;
    dropdown.append(element);
  }
  dropdown.addEventListener('change', () => {
    const chosen = options.find((option) => isDropdown(dropdown) && option.value === dropdown.value);
    if (chosen !== undefined) onChoose(chosen.value);
  });
  return {
    element: dropdown,
    set(next) {
      if (isDropdown(dropdown)) dropdown.value = next;
    },
  };
}

/** Creates a check box that reports each change. */
export function createCheckbox(label: string, checked: boolean, onChange: (checked: boolean) => void): HTMLElement {
  const box = document.createElement('vscode-checkbox');
  box.textContent = label;
  if (checked) box.setAttribute('checked', '');
  box.addEventListener('change', () => onChange('checked' in box && box.checked === true));
  return box;
}

/** Creates a sign that something is under way. */
export function createProgressRing(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring');
  ring.setAttribute('aria-hidden', 'true');
  return ring;
}

function textOf(element: HTMLElement): string {
  return isTextField(element) ? element.value : '';
}

function isTextField(element: HTMLElement): element is TextField {
  return 'value' in element && typeof element.value === 'string';
}

function isDropdown(element: HTMLElement): element is Dropdown {
  return 'value' in element && typeof element.value === 'string';
}
