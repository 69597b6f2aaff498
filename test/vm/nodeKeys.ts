import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { runCommand } from './runCommand.ts';

/** Users of the test node that have a password. Passwords are made for each node and are valid there only. */
export type PasswordUser = 'debian' | 'sudo-password' | 'no-sudo' | 'login-password' | 'login-interactive';

const passwordsSchema = z.record(
  z.enum(['debian', 'sudo-password', 'no-sudo', 'login-password', 'login-interactive']),
  z.string(),
);

/** Where the keys of one test node are kept. */
export interface NodeKeys {
  /** The client's private key; root, debian, sudo-password and no-sudo let it in. */
  readonly clientKey: string;
  /** The node's public host key, in the form of ssh's `.pub` files. */
  readonly hostKey: string;
  readonly passwords: Readonly<Record<PasswordUser, string>>;
  /** The archive that the node reads its keys and passwords from, as a disk, when it boots first. */
  readonly seedDisk: string;
}

/** Makes fresh keys and passwords in a node's folder, in place of those that are there. */
export async function createNodeKeys(folder: string): Promise<NodeKeys> {
  const seedFolder = join(folder, 'seed');
  const clientKey = join(folder, 'client_ed25519');
  const hostKey = join(seedFolder, 'ssh_host_ed25519_key');
  await Promise.all(
    [seedFolder, clientKey, `${clientKey}.pub`].map((path) => rm(path, { recursive: true, force: true })),
  );
  await mkdir(seedFolder, { mode: 0o700 });
  await generateKey(clientKey, 'kube-service-rules test client');
  await generateKey(hostKey, 'testnode');
  const password = (): string => randomBytes(12).toString('base64url');
  const passwords: Record<PasswordUser, string> = {
    debian: password(),
    'sudo-password': password(),
    'no-sudo': password(),
    'login-password': password(),
    'login-interactive': password(),
  };
  const forChpasswd = Object.entries(passwords).map(([user, word]) => `${user}:${word}\n`);
  await writeFile(join(seedFolder, 'passwords'), forChpasswd.join(''), { mode: 0o600 });
  await writeFile(join(seedFolder, 'authorized_keys'), await readFile(`${clientKey}.pub`));
  await writeFile(join(folder, 'passwords.json'), JSON.stringify(passwords), { mode: 0o600 });
  await writeFile(join(folder, 'host_key.pub'), await readFile(`${hostKey}.pub`));
  await writeFile(join(folder, 'seed.tar'), '', { mode: 0o600 });
  await runCommand({
    argv: [
      'tar',
      '--create',
      '--owner=0',
      '--group=0',
      '--file',
      join(folder, 'seed.tar'),
      '--directory',
      seedFolder,
      '.',
    ],
  });
  await rm(seedFolder, { recursive: true });
  return readNodeKeys(folder);
}

/** Reads what `createNodeKeys` made. */
export async function readNodeKeys(folder: string): Promise<NodeKeys> {
  const passwords = passwordsSchema.parse(JSON.parse(await readFile(join(folder, 'passwords.json'), 'utf8')));
  return {
    clientKey: join(folder, 'client_ed25519'),
    hostKey: (await readFile(join(folder, 'host_key.pub'), 'utf8')).trim(),
    passwords,
    seedDisk: join(folder, 'seed.tar'),
  };
}

async function generateKey(path: string, comment: string): Promise<void> {
  await runCommand({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path] });
}
