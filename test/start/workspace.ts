import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Target } from './options.ts';

const casesFolder = join(import.meta.dirname, '../golden/data');

/** The folder of a recorded case. */
export function caseFolder(name: string): string {
  return join(casesFolder, name);
}

/**
 * Makes the folder that VS Code opens: the recorded rules of a case in all modes, with the Services and
 * EndpointSlices that they were made from in objects.jsonl. Saved dumps are opened where they are.
 * @param parent where the folder is made
 * @returns its path
 */
export async function makeWorkspace(target: Target, parent: string): Promise<string> {
  if (target.kind === 'dumps') {
    return target.folder;
  }
  const folder = join(parent, 'service-rules');
  if (target.kind === 'testNode') {
    await cp(caseFolder(target.caseName), folder, { recursive: true });
  } else {
    await mkdir(folder);
  }
  return folder;
}

/**
 * Writes an ssh_config file that offers a host and leaves everything that is not said here to the user's own file.
 * @returns its path
 */
export async function writeSshConfig(target: Target & { readonly kind: 'host' }, parent: string): Promise<string> {
  const lines = [
    `Host ${target.host}`,
    ...(target.user === undefined ? [] : [`  User ${target.user}`]),
    ...(target.port === undefined ? [] : [`  Port ${target.port}`]),
    'Host *',
    '  Include ~/.ssh/config',
  ];
  const path = join(parent, 'ssh_config');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}
