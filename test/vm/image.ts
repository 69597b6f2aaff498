import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readAptSettings } from './aptSettings.ts';
import { lockFile } from './fileLock.ts';
import { imagesFolder } from './folders.ts';
import { guestFilesFolder, recipe, recipeHash } from './recipe.ts';
import { runCommand } from './runCommand.ts';
import { shellQuote } from './shellQuote.ts';
import { TestNodeError } from './testNodeError.ts';

/** Told what is being done, in a sentence for the user. */
export type Progress = (message: string) => void;

/** A disk image that test nodes put their own layer on, and the kernel that boots it. Never written to. */
export interface Image {
  /** Names what the image was built from. */
  readonly hash: string;
  /** A raw disk with one ext4 file system. */
  readonly disk: string;
  readonly kernel: string;
  readonly initialRamdisk: string;
}

/**
 * Gives the image of the current recipe, which is built when it is not there. One builder works at a time; others wait
 * for it and use what it made. An image appears under its name only when it is complete.
 *
 * @throws TestNodeError `build-failed`, `command-missing`.
 */
export async function prepareImage(progress: Progress): Promise<Image> {
  const hash = await recipeHash();
  const image = imageIn(join(imagesFolder(), hash), hash);
  if (await exists(image.disk)) {
    return image;
  }
  await mkdir(imagesFolder(), { recursive: true });
  const lockPath = join(imagesFolder(), `${hash}.lock`);
  let lock = await lockFile(lockPath, false);
  if (lock === undefined) {
    progress('Waiting for another process that builds the disk image ...');
    lock = await lockFile(lockPath, true);
  }
  try {
    if (!(await exists(image.disk))) {
      await removeUnfinished(hash);
      progress('Building the disk image of the test node (once; one to three minutes) ...');
      const folder = await mkdtemp(join(imagesFolder(), unfinishedPrefix(hash)));
      await build(folder, progress);
      await rm(join(imagesFolder(), hash), { recursive: true, force: true });
      await rename(folder, join(imagesFolder(), hash));
    }
    return image;
  } catch (cause) {
    await removeUnfinished(hash);
    if (cause instanceof TestNodeError && cause.code !== 'command-failed') {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TestNodeError('build-failed', `The disk image of the test node could not be built. ${reason}`, { cause });
  } finally {
    await lock?.release();
  }
}

function imageIn(folder: string, hash: string): Image {
  return {
    hash,
    disk: join(folder, 'disk.img'),
    kernel: join(folder, 'vmlinuz'),
    initialRamdisk: join(folder, 'initrd.img'),
  };
}

function unfinishedPrefix(hash: string): string {
  return `.building-${hash}-`;
}

/** What interrupted builders left. Only the holder of the lock may call this. */
async function removeUnfinished(hash: string): Promise<void> {
  const names = await readdir(imagesFolder());
  const unfinished = names.filter((name) => name.startsWith(unfinishedPrefix(hash)));
  await Promise.all(unfinished.map((name) => rm(join(imagesFolder(), name), { recursive: true, force: true })));
}

async function build(folder: string, progress: Progress): Promise<void> {
  const image = imageIn(folder, '');
  const rootArchive = join(folder, 'rootfs.tar');
  const rootFolder = join(folder, 'rootfs');
  progress('  downloading and installing Debian packages ...');
  await installPackages(folder, rootArchive);
  progress('  making the file system ...');
  await mkdir(rootFolder);
  // Under fakeroot the files of root stay root's in the new file system, whoever builds it.
  await runCommand({
    argv: ['fakeroot', 'sh', '-euc', makeFileSystem, 'sh', rootArchive, rootFolder, image.disk, recipe.diskSize],
    // mke2fs is in sbin, which only root has on its PATH.
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  await copyOnly(join(rootFolder, 'boot'), /^vmlinuz-/, image.kernel);
  await copyOnly(join(rootFolder, 'boot'), /^initrd\.img-/, image.initialRamdisk);
  await rm(rootFolder, { recursive: true });
  await rm(rootArchive);
}

const makeFileSystem =
  'tar --extract --numeric-owner --file "$1" --directory "$2"; mke2fs -q -t ext4 -d "$2" "$3" "$4"; chmod -R u+rwX "$2"';

async function installPackages(folder: string, rootArchive: string): Promise<void> {
  const apt = await readAptSettings(recipe.suite);
  const guestArchive = join(folder, 'guest.tar');
  await runCommand({
    argv: ['tar', '--create', '--owner=0', '--group=0', '--file', guestArchive, '--directory', guestFilesFolder, '.'],
  });
  await runCommand({
    argv: [
      'mmdebstrap',
      '--variant=minbase',
      `--include=${recipe.packages.join(',')}`,
      ...apt.options.map((option) => `--aptopt=${option}`),
      // mmdebstrap splits this hook's words itself, as a shell would, and gives the other one to a shell.
      `--customize-hook=tar-in ${shellQuote([guestArchive])} /`,
      '--customize-hook=chroot "$1" /usr/local/lib/test-node/install',
      recipe.suite,
      rootArchive,
      ...apt.sources,
    ],
    env: { ...apt.env, ...temporaryFolder(folder), LC_ALL: 'C.UTF-8' },
  });
  await rm(guestArchive);
}

/**
 * Root unpacks the system below the image's own folder, so that what an interrupted build leaves is found and removed.
 * Others work in a user namespace, whose users could not enter a home folder that is closed to strangers.
 */
function temporaryFolder(folder: string): Readonly<Record<string, string>> {
  return process.getuid?.() === 0 ? { TMPDIR: folder } : {};
}

async function copyOnly(folder: string, pattern: RegExp, target: string): Promise<void> {
  const [name, ...others] = (await readdir(folder)).filter((entry) => pattern.test(entry));
  if (name === undefined || others.length > 0) {
    throw new TestNodeError('build-failed', `Expected one ${pattern.source} in the new system's /boot.`);
  }
  await copyFile(join(folder, name), target);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
