import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** The packet path view, used by what can be seen and with the keyboard. */
export class PathView {
  readonly #frame: Frame;

  private constructor(frame: Frame) {
    this.#frame = frame;
  }

  /** The view in the window's first panel. */
  static async in(workbench: Workbench): Promise<PathView> {
    return new PathView(await workbench.webviewFrame());
  }

  /** Waits until a packet was followed through these rules. */
  async rules(words: string): Promise<void> {
    await this.#frame.locator('.path-tab:not(.stale) .result').filter({ hasText: words }).waitFor();
    await this.#steps();
  }

  /** The ends of the packet's ways with their shares, as they stand in the list. */
  async outcomes(): Promise<readonly string[]> {
    const lines = this.#frame.locator('.outcomes .outcome-line');
    await lines.first().waitFor();
    return lines.evaluateAll((elements) =>
      elements.map((line) => [...line.querySelectorAll('.name, .share')].map((part) => part.textContent).join(' ')),
    );
  }

  /** The places of the chosen way, without its start and its end. */
  async places(): Promise<readonly string[]> {
    await this.#steps();
    const places = await this.#frame
      .locator('.visit')
      .evaluateAll((elements) => elements.map((element) => element.getAttribute('data-place') ?? ''));
    return places.slice(1, -1);
  }

  /** Chooses where the packet starts, and waits until it was followed. */
  async chooseSource(name: string): Promise<void> {
    const first = this.#frame.locator('.visit').first();
    const before = await first.elementHandle();
    await this.#frame.locator('.field-from vscode-dropdown').click();
    await this.#frame.getByRole('option', { name, exact: true }).click();
    await before?.waitForElementState('hidden');
    await this.#steps();
  }

  /** Moves the focus to the step with these words, down from the first one. */
  async focusStep(words: RegExp): Promise<void> {
    const page = this.#frame.page();
    await this.#frame.locator('[role=tree] [role=treeitem][tabindex="0"]').first().focus();
    await page.keyboard.press('Home');
    const count = await this.#frame.locator('[role=treeitem]').count();
    for (let moved = 0; moved < count; moved++) {
      const focused = this.#frame.locator('[role=treeitem]:focus');
      if (words.test((await focused.getAttribute('aria-label')) ?? '')) return;
      await page.keyboard.press('ArrowDown');
    }
    throw new Error(`No step says ${words}.`);
  }

  /** Asks why the packet did not go somewhere. */
  async whyNot(expected: string): Promise<string> {
    await this.#frame.locator('.why-not vscode-text-field').click();
    await this.#frame.page().keyboard.type(expected);
    await this.#frame.page().keyboard.press('Enter');
    const answer = this.#frame.locator('.why-not .answer p');
    await answer.waitFor();
    return (await answer.textContent()) ?? '';
  }

  async openTab(name: string): Promise<void> {
    await this.#frame.getByRole('tab', { name }).click();
  }

  async press(button: string): Promise<void> {
    await this.#frame.getByRole('button', { name: button, exact: true }).click();
  }

  /** Waits for a text. */
  async text(text: string): Promise<void> {
    await this.#frame.getByText(text).first().waitFor();
  }

  /** The modes that are compared, as their columns are headed. */
  async columns(): Promise<readonly string[]> {
    const columns = this.#frame.locator('.column');
    await columns.first().waitFor();
    return columns.evaluateAll((elements) => elements.map((column) => column.getAttribute('aria-label') ?? ''));
  }

  async #steps(): Promise<void> {
    const step: Locator = this.#frame.locator('.step').first();
    await step.waitFor();
  }
}
