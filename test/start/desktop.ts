import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { findOnPath } from './browser.ts';
import { runCommand } from './process.ts';

/** What the installed VS Code is opened with. */
export interface DesktopOptions {
  /** A folder for settings and extensions, so that the user's own stay as they are. */
  readonly dataFolder: string;
  readonly workspace: string;
  /** The VSIX to install. */
  readonly extension: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Opens the installed VS Code with the extension; resolves when its window is closed.
 * @throws Error when there is no command `code`
 */
export async function openDesktop(options: DesktopOptions): Promise<void> {
  const code = findOnPath(['code', 'code-insiders', 'codium']);
  if (code === undefined) {
    throw new Error(
      '--desktop needs VS Code\'s command "code" on PATH. Without --desktop, VS Code opens in a browser.',
    );
  }
  const { dataFolder } = options;
  const settings = join(dataFolder, 'User/settings.json');
  await mkdir(dirname(settings), { recursive: true });
  await writeFile(settings, JSON.stringify(options.settings, undefined, 2));
  const folders = [
    `--user-data-dir=${dataFolder}`,
    `--extensions-dir=${join(dataFolder, 'extensions')}`,
    // VS Code does not start as root otherwise.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  await runCommand([code, ...folders, '--install-extension', options.extension, '--force']);
  await runCommand([code, ...folders, '--new-window', '--wait', '--disable-workspace-trust', options.workspace]);
}
