import type { Locator, Page } from 'playwright-core';
import { escapePattern } from './escapePattern.ts';

/** One visible row of a tree. */
export interface TreeRow {
  /** What a screen reader says: the accessible name that the extension gave, else label and description. */
  readonly name: string;
  /** Depth, 1 for the rows at the root. */
  readonly level: number;
  /** Undefined for a row without children. */
  readonly expanded: boolean | undefined;
}

/** A tree view, read through the same accessibility attributes that a screen reader uses. */
export class TreeView {
  readonly #page: Page;
  readonly #name: string;

  /** @param name the view's name */
  constructor(page: Page, name: string) {
    this.#page = page;
    this.#name = name;
  }

  /** The tree itself. It shows the rows that are in sight only. */
  get tree(): Locator {
    return this.#page.locator('.sidebar').getByRole('tree', { name: this.#name, exact: true });
  }

  /** The row whose name starts with a text or matches a pattern. */
  row(name: string | RegExp): Locator {
    const pattern = typeof name === 'string' ? new RegExp(`^${escapePattern(name)}`) : name;
    return this.tree.getByRole('treeitem', { name: pattern }).first();
  }

  /** All rows in sight, from top to bottom. */
  async rows(): Promise<TreeRow[]> {
    const found = await this.tree.getByRole('treeitem').evaluateAll((elements) =>
      elements.map((element) => ({
        top: element.getBoundingClientRect().top,
        name: element.getAttribute('aria-label') ?? '',
        level: Number(element.getAttribute('aria-level')),
        expanded: element.getAttribute('aria-expanded'),
      })),
    );
    return found
      .sort((a, b) => a.top - b.top)
      .map(({ name, level, expanded }) => ({
        name,
        level,
        expanded: expanded === null ? undefined : expanded === 'true',
      }));
  }

  /** Opens a row with the keyboard, if it is closed, and waits until its first child stands under it. */
  async expand(name: string | RegExp): Promise<void> {
    const row = this.row(name);
    await row.waitFor();
    const index = Number(await row.getAttribute('data-index'));
    const level = Number(await row.getAttribute('aria-level'));
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await this.focus(name);
      await this.#page.keyboard.press('ArrowRight');
    }
    await this.tree.locator(`[role="treeitem"][data-index="${index + 1}"][aria-level="${level + 1}"]`).waitFor();
  }

  /** Moves the tree's focus to a row without opening it. */
  async focus(name: string | RegExp): Promise<void> {
    const row = this.row(name);
    const position = Number(await row.getAttribute('data-index'));
    await this.tree.focus();
    await this.#page.keyboard.press('Home');
    for (let step = 0; step < position; step++) {
      await this.#page.keyboard.press('ArrowDown');
    }
  }

  /** Chooses a row as a click does. */
  async select(name: string | RegExp): Promise<void> {
    await this.row(name).click();
  }

  /** Opens the context menu of a row and chooses an entry. */
  async chooseFromMenu(name: string | RegExp, entry: string): Promise<void> {
    await this.row(name).click({ button: 'right' });
    // Chosen with the keyboard: VS Code ignores the mouse for the first moment that a menu is open.
    const item = this.#page.getByRole('menuitem', { name: entry });
    await item.hover();
    await this.#page.locator('.monaco-menu .action-item.focused').filter({ has: item }).waitFor();
    await this.#page.keyboard.press('Enter');
    await item.waitFor({ state: 'hidden' });
  }
}
