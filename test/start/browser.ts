import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** Chromium and its relatives, the plain package first: a snap sees neither /tmp nor hidden folders. */
const browsers = ['chromium', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chromium-browser'];

/**
 * Finds a Chromium-like browser on PATH.
 * @throws Error when there is none, saying what to install
 */
export function findBrowser(): string {
  const path = findOnPath(browsers);
  if (path === undefined) {
    throw new Error(
      `The end-to-end tests need a browser: one of ${browsers.join(', ')} on PATH. ` +
        'On Debian: apt-get install chromium. On Ubuntu, where chromium is a snap, Google Chrome as a .deb works best.',
    );
  }
  return path;
}

/** The first of these commands that is on PATH, as a whole path. */
export function findOnPath(commands: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
