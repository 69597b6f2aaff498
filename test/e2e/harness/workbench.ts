import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { findBrowser } from '../../start/browser.ts';
import { escapePattern } from './escapePattern.ts';
import { TreeView } from './treeView.ts';

/** Where screenshots and logs of failed tests are kept. */
export const artifactsFolder = join(import.meta.dirname, '../../artifacts');

/** How long anything in the window may take to appear. Generous: the emulated node and the tests share two processors. */
const patience = 60_000;

const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The colour themes that everything is to be looked at in. */
export const themeNames = ['light', 'dark', 'high-contrast-light', 'high-contrast-dark'] as const;
export type Theme = (typeof themeNames)[number];

/** VS Code's labels of the themes, and the class of a window that has one. */
const themes: Readonly<Record<Theme, { readonly label: string; readonly windowClass: string }>> = {
  light: { label: 'Light Modern', windowClass: 'vs' },
  dark: { label: 'Dark Modern', windowClass: 'vs-dark' },
  'high-contrast-light': { label: 'Light High Contrast', windowClass: 'hc-light' },
  'high-contrast-dark': { label: 'Dark High Contrast', windowClass: 'hc-black' },
};

/** A window of VS Code in a headless browser, used as a person does: by what can be seen, and with the keyboard. */
export class Workbench {
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  /**
   * Opens the window and waits until its extensions can be used.
   * @param url where code-server listens
   */
  static async open(url: string): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(patience);
    const workbench = new Workbench(browser, page);
    try {
      await page.goto(url);
      await workbench.#awaitReady();
      return workbench;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** Loads the window anew, as after a change of settings that needs it. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#awaitReady();
  }

  async #awaitReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await this.page.locator('.part.activitybar').waitFor();
  }

  /** Opens the view container with this name by its icon at the edge of the window. */
  async openViewContainer(name: string): Promise<void> {
    const tab = this.page.locator('.activitybar').getByRole('tab', { name });
    if ((await tab.getAttribute('aria-selected')) !== 'true') {
      await tab.click();
    }
    await this.page.locator('.sidebar').getByRole('heading', { name }).first().waitFor();
  }

  /** Presses a button of the text that an empty view shows. */
  async pressInWelcomeView(button: string): Promise<void> {
    await this.page.locator('.sidebar .welcome-view').getByRole('button', { name: button }).click();
  }

  /** Presses a button of the toolbar over the open view. */
  async pressOverView(button: string): Promise<void> {
    await this.page.locator('.sidebar .composite.title').getByRole('button', { name: button }).click();
  }

  /** Runs a command by its title, with its category if it has one, in the command palette. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().fill(`>${title}`);
    // After the title stand its key binding or "recently used"; other commands may have the same words in their titles.
    await this.pick(new RegExp(`^${escapePattern(title)}(,|$)`));
  }

  /** The text box of the quick input: an input box, or the filter of a quick pick. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  /** The first item of the open quick pick whose label has this text in it. */
  quickPickItem(label: string | RegExp): Locator {
    return this.page.locator('.quick-input-widget:visible').getByRole('option', { name: label }).first();
  }

  /** Chooses an item of the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickPickItem(label).click();
  }

  /** Types an answer into the open input box. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput();
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  /**
   * Chooses a folder in the file dialog, which is a quick input here: goes into it, then takes it.
   * @param name of the folder, in the one that the dialog shows
   * @param file a file in it, which tells that the dialog has gone there
   */
  async chooseFolder(name: string, file: string): Promise<void> {
    await this.pick(name);
    await this.quickPickItem(file).waitFor();
    await this.page.locator('.quick-input-widget:visible .quick-input-action').getByRole('button').click();
  }

  /** Switches the colour theme and waits until the window has it. */
  async useTheme(theme: Theme): Promise<void> {
    const { label, windowClass } = themes[theme];
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput().fill(label);
    await this.pick(label);
    await this.page.locator(`.monaco-workbench.${windowClass}`).waitFor();
  }

  /** The tree view with this name in the open view container. */
  tree(name: string): TreeView {
    return new TreeView(this.page, name);
  }

  /** The notification with this text in it. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
  }

  /** Presses a button of the notification with this text in it. */
  async pressInNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** The modal dialog with this text in it. */
  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box').filter({ hasText: text });
  }

  /** Presses a button of a modal dialog. */
  async pressInDialog(button: string | RegExp): Promise<void> {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: button }).click();
  }

  /** The tab of an open editor. */
  editorTab(name: string | RegExp): Locator {
    return this.page.locator('.tabs-container').getByRole('tab', { name });
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('F1');
    // Without the character that stands for commands it lists files.
    await this.quickInput().fill(name);
    await this.pick(name);
    await this.editorTab(name).waitFor();
  }

  /** Moves the active text editor to a symbol of its outline. */
  async goToSymbol(name: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().fill(`@${name}`);
    await this.quickPickItem(name).waitFor();
    await this.quickInput().press('Enter');
  }

  /** What can be pressed above a line of the active text editor, by its text. */
  codeLens(text: string): Locator {
    return this.page.locator('.editor-group-container.active .codelens-decoration a').filter({ hasText: text });
  }

  /** An entry of the status bar, by its text. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /** The first entry with a check box of the open list; Enter takes all that are checked. */
  checkedItems(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-list [role="checkbox"]').first();
  }

  /** The lines that the active text editor shows now; long documents show a part only. */
  async visibleEditorLines(): Promise<string[]> {
    const lines = this.page.locator('.editor-group-container.active .monaco-editor .view-lines .view-line');
    await lines.first().waitFor();
    const texts = await lines.evaluateAll((elements) =>
      elements
        .map((element) => ({ top: Number.parseInt(element.style.top, 10), text: element.textContent ?? '' }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll('\u00a0', ' ')),
    );
    return texts;
  }

  /** A line of the active text editor in sight, by a part of its text. Spaces count as they stand there. */
  editorLine(text: string | RegExp): Locator {
    // The editor shows spaces as no-break spaces, which a text filter takes for spaces.
    return this.page.locator('.editor-group-container.active .monaco-editor .view-line').filter({ hasText: text });
  }

  /**
   * Waits until the line that the cursor is in has a text.
   * @returns its number, as the status bar shows it
   */
  async currentEditorLine(text: RegExp): Promise<number> {
    const editor = this.page.locator('.editor-group-container.active .monaco-editor');
    const marker = editor.locator('.margin .active-line-number');
    await marker.waitFor();
    for (;;) {
      const number = Number(await marker.textContent());
      const line = (await this.visibleEditorLines())[number - (await this.#firstVisibleLine())];
      if (line !== undefined && text.test(line)) {
        return number;
      }
      await marker.filter({ hasNotText: new RegExp(`^${number}$`) }).waitFor();
    }
  }

  async #firstVisibleLine(): Promise<number> {
    const numbers = this.page.locator('.editor-group-container.active .monaco-editor .margin .line-numbers');
    return Math.min(...(await numbers.allInnerTexts()).map(Number));
  }

  /** The document inside of the active webview. */
  async webviewFrame(): Promise<Frame> {
    const outer = await this.page.locator('iframe.webview.ready').first().elementHandle();
    const inner = await (await outer?.contentFrame())?.waitForSelector('iframe#active-frame');
    const frame = await inner?.contentFrame();
    if (!frame) {
      throw new Error('No webview is open.');
    }
    return frame;
  }

  /** Keeps a picture of the window as test/artifacts/NAME.png, for people to look at. */
  async screenshot(name: string): Promise<void> {
    await mkdir(artifactsFolder, { recursive: true });
    await this.page.screenshot({ path: join(artifactsFolder, `${name}.png`) });
  }
}
