import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestPackages } from './packages.ts';

/** The files that are laid over the new system, as they stand below `/`. */
export const guestFilesFolder = join(import.meta.dirname, 'guest');

/** What goes into the disk image of the test node. */
export const recipe = {
  suite: 'bookworm',
  packages: guestPackages,
  /** Of the root file system; the image is sparse. */
  diskSize: '4G',
  /** Counts changes of how images are built that show nowhere else in the recipe. */
  revision: 1,
} as const;

/**
 * The name under which an image of this recipe is kept: a hash of everything in the project that decides what is in
 * it. The versions of the packages do not; delete the image to take up newer ones.
 */
export async function recipeHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const names = (await readdir(guestFilesFolder, { recursive: true })).sort();
  for (const name of names) {
    const path = join(guestFilesFolder, name);
    const status = await lstat(path);
    if (status.isFile()) {
      const executable = (status.mode & 0o100) !== 0;
      hash.update(JSON.stringify([name, executable, await readFile(path, 'base64')]));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
