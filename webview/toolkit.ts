import { provideVSCodeDesignSystem, type TextField, vsCodeButton, vsCodeTextField } from '@vscode/webview-ui-toolkit';

/** Makes the elements `<vscode-button>` and `<vscode-text-field>` known to the page. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField());
}

/** Creates a button with a label. */
export function createButton(label: string, onClick: () => void): HTMLElement {
  const button = document.createElement('vscode-button');
  button.setAttribute('appearance', 'secondary');
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

function textOf(element: HTMLElement): string {
  return isTextField(element) ? element.value : '';
}

function isTextField(element: HTMLElement): element is TextField {
  return 'value' in element && typeof element.value === 'string';
}
