import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { cacheFolder } from '../vm/folders.ts';
import { isAlive } from './process.ts';

/**
 * A folder in the cache that is built once and reused. It is built under another name and renamed into place, so
 * that it is whole or not there at all; what an interrupted build left behind is removed by the next one.
 * @param name names the contents, with a key of everything that they depend on
 * @param build fills the empty folder that it is given
 * @returns the folder's path
 */
export async function cachedFolder(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, name);
  if (existsSync(folder)) {
    return folder;
  }
  await mkdir(cache, { recursive: true });
  await removeInterruptedBuilds(cache, name);
  const building = join(cache, `${name}.building-${process.pid}`);
  try {
    await mkdir(building);
    await build(building);
    await rename(building, folder).catch((error: unknown) => {
      // Another process was faster: its folder has the same contents.
      if (!existsSync(folder)) {
        throw error;
      }
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return folder;
}

async function removeInterruptedBuilds(cache: string, name: string): Promise<void> {
  const prefix = `${name}.building-`;
  for (const entry of await readdir(cache)) {
    if (entry.startsWith(prefix) && !isAlive(Number(entry.slice(prefix.length)))) {
      await rm(join(cache, entry), { recursive: true, force: true });
    }
  }
}
