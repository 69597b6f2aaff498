import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAptSettings } from './aptSettings.ts';
import { endWithParent } from './endWithParent.ts';
import { guestFilesFolder, recipe } from './recipe.ts';
import { runCommand, tryCommand } from './runCommand.ts';
import { shellQuote } from './shellQuote.ts';
import { TestNodeError } from './testNodeError.ts';

/**
 * Installs Debian with the packages and files of the recipe.
 *
 * @param folder for files that are needed meanwhile
 * @param rootArchive where the new system is written to, as a tar archive
 * @throws TestNodeError `build-failed`, `command-failed`, `command-missing`.
 */
export async function installGuest(folder: string, rootArchive: string): Promise<void> {
  const apt = await readAptSettings(recipe.suite);
  const guestArchive = join(folder, 'guest.tar');
  await runCommand({
    argv: ['tar', '--create', '--owner=0', '--group=0', '--file', guestArchive, '--directory', guestFilesFolder, '.'],
  });
  const asRoot = process.getuid?.() === 0;
  if (!asRoot && (await tryCommand({ argv: ['unshare', '--user', 'true'] })).exitCode !== 0) {
    throw new TestNodeError(
      'build-failed',
      'Users other than root may not make user namespaces on this machine (kernel.unprivileged_userns_clone, ' +
        'user.max_user_namespaces, or a container), which building the disk image of the test node needs. Run this as root.',
    );
  }
  await runCommand({
    argv: await contained(asRoot, [
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
    ]),
    env: {
      ...apt.env,
      // Root unpacks below the image's own folder, where a later build removes what an interrupted one left. Others
      // work in a user namespace, whose users could not enter a home folder that is closed to strangers.
      ...(asRoot ? { TMPDIR: folder } : {}),
      LC_ALL: 'C.UTF-8',
    },
  });
  await rm(guestArchive);
}

/**
 * For root, mmdebstrap mounts /proc, /sys and devices into the new system. In namespaces of its own these mounts, and
 * every process it started, are gone when it is, or when this process is killed. For others it makes such namespaces
 * itself and cleans up when it is told to end.
 */
async function contained(asRoot: boolean, argv: readonly string[]): Promise<[string, ...string[]]> {
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'] as const;
  // Containers without the right to mount refuse namespaces; mmdebstrap copes there by not mounting anything.
  const separable = asRoot && (await tryCommand({ argv: [...namespaces, 'true'] })).exitCode === 0;
  return separable ? endWithParent('KILL', [...namespaces, ...argv]) : endWithParent('TERM', argv);
}
