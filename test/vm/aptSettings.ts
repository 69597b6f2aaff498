import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryCommand } from './runCommand.ts';

/** How the build of the test node reaches Debian's packages. */
export interface AptSettings {
  /** Lines in the form of sources.list(5); none leaves the choice to mmdebstrap, which takes Debian's public mirror. */
  readonly sources: readonly string[];
  /** Options in the form of apt.conf(5). */
  readonly options: readonly string[];
  /** Environment variables that apt honours. */
  readonly env: Readonly<Record<string, string>>;
}

/** One source of packages as the machine has it configured. */
interface AptSource {
  readonly uri: string;
  readonly suite: string;
}

/**
 * Takes over how this machine reaches Debian: its mirror when it runs Debian itself, its proxy, and whether it uses
 * an archive whose dates have passed. The environment variable KSR_DEBIAN_MIRROR names another mirror.
 *
 * @param suite the Debian release of the test node, for example `bookworm`
 */
export async function readAptSettings(suite: string): Promise<AptSettings> {
  const release = parseAssignments(await readText('/etc/os-release'));
  const wanted = process.env['KSR_DEBIAN_MIRROR'];
  const sources: string[] = [];
  if (wanted !== undefined && wanted !== '') {
    sources.push(`deb ${wanted} ${suite} main`);
  } else if (release.get('ID') === 'debian') {
    const found = debianMirrors(await readHostSources(), release.get('VERSION_CODENAME') ?? '');
    if (found.archive !== undefined) {
      sources.push(`deb ${found.archive} ${suite} main`);
      if (found.security !== undefined) {
        sources.push(`deb ${found.security} ${suite}-security main`);
      }
    }
  }
  return { sources, ...(await readHostOptions()) };
}

/** The archive and the security archive among a machine's sources. */
export function debianMirrors(
  sources: readonly AptSource[],
  hostSuite: string,
): { readonly archive: string | undefined; readonly security: string | undefined } {
  // Others (mirror+file:, cdrom:, file:) point at things of this machine that the build cannot reach.
  const reachable = sources.filter(({ uri }) => /^https?:\/\//.test(uri));
  return {
    archive: reachable.find(({ suite }) => suite === hostSuite || suite === 'stable')?.uri,
    security: reachable.find(({ suite }) => suite === `${hostSuite}-security` || suite === 'stable-security')?.uri,
  };
}

/** Reads sources in the one-line format; lines that it does not understand are left out. */
export function parseSourcesList(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.replace(/#.*/, ''));
    const [, uri, suite, components = ''] = match ?? [];
    if (uri !== undefined && suite !== undefined && components.split(/\s+/).includes('main')) {
      sources.push({ uri, suite });
    }
  }
  return sources;
}

/** Reads sources in the deb822 format (`.sources` files); stanzas that it does not understand are left out. */
export function parseDeb822Sources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  for (const stanza of withoutComments.split(/\n\s*\n/)) {
    const field = (name: string): string[] => {
      const match = new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza);
      return (match?.[1] ?? '').split(/\s+/).filter((word) => word !== '');
    };
    const disabled = /^(?:no|false|0)$/i.test(field('Enabled')[0] ?? '');
    if (!disabled && field('Types').includes('deb') && field('Components').includes('main')) {
      for (const uri of field('URIs')) {
        sources.push(...field('Suites').map((suite) => ({ uri, suite })));
      }
    }
  }
  return sources;
}

async function readHostSources(): Promise<AptSource[]> {
  const folder = '/etc/apt/sources.list.d';
  const names = (await readdir(folder).catch(() => [])).sort();
  const sources = parseSourcesList(await readText('/etc/apt/sources.list'));
  for (const name of names) {
    const text = await readText(join(folder, name));
    if (name.endsWith('.list')) {
      sources.push(...parseSourcesList(text));
    } else if (name.endsWith('.sources')) {
      sources.push(...parseDeb822Sources(text));
    }
  }
  return sources;
}

/**
 * The proxy goes into the environment, since it may carry a password and mmdebstrap writes options into the image;
 * a proxy in the environment already wins.
 */
async function readHostOptions(): Promise<Pick<AptSettings, 'options' | 'env'>> {
  const { exitCode, stdout } = await tryCommand({ argv: ['apt-config', 'dump', '--format', '%f=%v%n'] });
  const values = parseAssignments(exitCode === 0 ? stdout.toString() : '');
  const env: Record<string, string> = {};
  for (const scheme of ['http', 'https']) {
    const proxy = values.get(`Acquire::${scheme}::Proxy`);
    const variable = `${scheme}_proxy`;
    if (proxy !== undefined && /^\w+:\/\//.test(proxy) && process.env[variable] === undefined) {
      env[variable] = proxy;
    }
  }
  const options: string[] = [];
  for (const name of ['Acquire::Check-Valid-Until', 'Acquire::Check-Date']) {
    const value = values.get(name);
    if (value === 'true' || value === 'false') {
      options.push(`${name} "${value}";`);
    }
  }
  return { options, env };
}

function parseAssignments(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) {
      values.set(name, value.replace(/^"(.*)"$/, '$1'));
    }
  }
  return values;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
