import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from './cachedFolder.ts';
import { endWithParent } from './endWithParent.ts';
import { imagesFolder } from './folders.ts';
import { installGuest } from './installGuest.ts';
import { recipe, recipeHash } from './recipe.ts';
import { runCommand } from './runCommand.ts';
import { TestNodeError } from './testNodeError.ts';

/** Told what is being done, in a sentence for the user. */
export type Progress = (message: string) => void;

/** A disk image that test nodes put their own layer on, and the kernel that boots it. Never written to. */
export interface Image {
  /** A raw disk with one ext4 file system. */
  readonly disk: string;
  readonly kernel: string;
  readonly initialRamdisk: string;
}

/**
 * Gives the image of the current recipe, which is built when it is not there.
 *
 * @throws TestNodeError `build-failed`, `command-missing`.
 */
export async function prepareImage(progress: Progress): Promise<Image> {
  try {
    const folder = await cachedFolder({
      parent: imagesFolder(),
      name: await recipeHash(),
      build: async (unfinished) => {
        progress('Building the disk image of the test node (once; one to three minutes) ...');
        await build(unfinished, progress);
      },
      onWait: () => progress('Waiting for another process that builds the disk image ...'),
    });
    return imageIn(folder);
  } catch (cause) {
    if (cause instanceof TestNodeError && cause.code !== 'command-failed') {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TestNodeError('build-failed', `The disk image of the test node could not be built. ${reason}`, { cause });
  }
}

function imageIn(folder: string): Image {
  return {
    disk: join(folder, 'disk.img'),
    kernel: join(folder, 'vmlinuz'),
    initialRamdisk: join(folder, 'initrd.img'),
  };
}

async function build(folder: string, progress: Progress): Promise<void> {
  const image = imageIn(folder);
  const rootArchive = join(folder, 'rootfs.tar');
  const rootFolder = join(folder, 'rootfs');
  progress('  downloading and installing Debian packages ...');
  await installGuest(folder, rootArchive);
  progress('  making the file system ...');
  await mkdir(rootFolder);
  // Under fakeroot the files of root stay root's in the new file system, whoever builds it.
  await runCommand({
    argv: endWithParent('KILL', [
      ...['fakeroot', 'sh', '-euc', makeFileSystem],
      ...['sh', rootArchive, rootFolder, image.disk, recipe.diskSize],
    ]),
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

async function copyOnly(folder: string, pattern: RegExp, target: string): Promise<void> {
  const [name, ...others] = (await readdir(folder)).filter((entry) => pattern.test(entry));
  if (name === undefined || others.length > 0) {
    throw new TestNodeError('build-failed', `Expected one ${pattern.source} in the new system's /boot.`);
  }
  await copyFile(join(folder, name), target);
}
