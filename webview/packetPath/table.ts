import { element } from '../element.ts';

/** A line of a table: what its head says, and a value for each column. */
export interface TableRow {
  readonly label: string;
  readonly values: readonly string[];
  readonly differs: boolean;
}

/** A table with a caption; lines whose values differ are marked. */
export function table(caption: string, heads: readonly string[], rows: readonly TableRow[]): HTMLElement {
  return element(
    'div',
    { class: 'table', tabindex: 0, role: 'group', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...rows.map(({ label, values, differs }) =>
          element(
            'tr',
            { class: differs ? 'differs' : '' },
            element('th', { scope: 'row' }, label),
            ...values.map((value) => element('td', {}, value)),
          ),
        ),
      ),
    ),
  );
}

/** Remarks below a result; nothing where there are none. */
export function noteList(title: string, notes: readonly string[]): readonly HTMLElement[] {
  if (notes.length === 0) return [];
  const list = element('ul', {}, ...notes.map((note) => element('li', {}, note)));
  return [element('section', { class: 'notes', 'aria-label': title }, element('h2', {}, title), list)];
}
