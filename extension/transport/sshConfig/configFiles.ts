import { readdir, readFile } from 'node:fs/promises';
import { hasErrorCode } from '../../common/errorCode.ts';
import { TransportError } from '../../common/transportError.ts';
import { type ClientEnvironment, pathOf } from '../clientEnvironment.ts';
import { matchesWildcard } from '../wildcard.ts';

/** Text of a file; undefined when there is none. A file that exists but cannot be read is an error. */
export async function readOptionalFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new TransportError('sshConfigInvalid', { step: 'configure', args: { file: path, line: 1 }, cause: error });
  }
}

/** The files that an absolute path with `*` and `?` in any of its parts stands for, sorted as a shell sorts them. */
export async function expandGlob(pattern: string, environment: ClientEnvironment): Promise<string[]> {
  const paths = pathOf(environment);
  const { root } = paths.parse(pattern);
  let found = [root];
  for (const part of pattern.slice(root.length).split(/[/\\]/)) {
    if (part === '') continue;
    const next: string[] = [];
    for (const folder of found) {
      if (/[*?]/.test(part)) {
        for (const name of await namesIn(folder)) {
          if (matchesWildcard(part, name) && (part.startsWith('.') || !name.startsWith('.'))) {
            next.push(paths.join(folder, name));
          }
        }
      } else {
        next.push(paths.join(folder, part));
      }
    }
    found = next;
  }
  return found.sort();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
