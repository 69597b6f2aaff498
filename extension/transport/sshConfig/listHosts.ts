import { type ClientEnvironment, expandHome, pathOf, userSshFolder } from '../clientEnvironment.ts';
import { expandGlob, readOptionalFile } from './configFiles.ts';
import { readConfigLines } from './configLine.ts';

/** A host that ssh_config names, to choose from. */
export interface ListedHost {
  readonly alias: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** As deep as `ssh` itself follows Include. */
const maximumIncludeDepth = 16;

/**
 * The hosts that the user's ssh_config names without wildcards, in the files' order, each once; files that it includes
 * among them.
 *
 * @throws TransportError `sshConfigInvalid` with the line that cannot be read
 */
export async function listHosts(environment: ClientEnvironment, userFile?: string): Promise<ListedHost[]> {
  const folder = userSshFolder(environment);
  const hosts = new Map<string, ListedHost>();
  await collect(userFile ?? pathOf(environment).join(folder, 'config'), folder, environment, hosts, 0);
  return [...hosts.values()];
}

async function collect(
  file: string,
  folder: string,
  environment: ClientEnvironment,
  hosts: Map<string, ListedHost>,
  depth: number,
): Promise<void> {
  const text = depth > maximumIncludeDepth ? undefined : await readOptionalFile(file);
  if (text === undefined) return;
  for (const line of readConfigLines(text, file)) {
    if (line.keyword === 'host') {
      for (const alias of line.words) {
        if (!/[*?!]/.test(alias) && !hosts.has(alias)) hosts.set(alias, { alias, file, line: line.line });
      }
    } else if (line.keyword === 'include') {
      const paths = pathOf(environment);
      for (const word of line.words) {
        const expanded = expandHome(word, environment);
        const pattern = paths.isAbsolute(expanded) ? expanded : paths.join(folder, expanded);
        for (const included of await expandGlob(pattern, environment)) {
          await collect(included, folder, environment, hosts, depth + 1);
        }
      }
    }
  }
}
