import { homedir, hostname, userInfo } from 'node:os';
import { type PlatformPath, posix, win32 } from 'node:path';

/** What connecting depends on in the machine that the extension runs on; a value, so that tests can be any machine. */
export interface ClientEnvironment {
  readonly platform: NodeJS.Platform;
  readonly homeFolder: string;
  readonly userName: string;
  /** Numeric user id, -1 where there is none (Windows). */
  readonly userId: number;
  readonly hostName: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** The machine that this process runs on. */
export function currentEnvironment(): ClientEnvironment {
  const user = currentUser();
  return {
    platform: process.platform,
    homeFolder: homedir(),
    userName: user.name,
    userId: user.id,
    hostName: hostname(),
    variables: process.env,
  };
}

function currentUser(): { readonly name: string; readonly id: number } {
  try {
    const { username, uid } = userInfo();
    return { name: username, id: uid };
  } catch {
    // A user id without an entry in the user database, as in some containers.
    return { name: process.env['USER'] ?? process.env['USERNAME'] ?? '', id: process.getuid?.() ?? -1 };
  }
}

/** Path functions of the client's platform. */
export function pathOf(environment: ClientEnvironment): PlatformPath {
  return environment.platform === 'win32' ? win32 : posix;
}

/** The folder of the user's own SSH files. */
export function userSshFolder(environment: ClientEnvironment): string {
  return pathOf(environment).join(environment.homeFolder, '.ssh');
}

/** The folder of the system's SSH files; on Windows that of the OpenSSH that comes with it. */
export function systemSshFolder(environment: ClientEnvironment): string {
  return environment.platform === 'win32'
    ? win32.join(environment.variables['ProgramData'] ?? 'C:\\ProgramData', 'ssh')
    : '/etc/ssh';
}

/** Replaces a leading `~` by the home folder; other users' homes (`~name`) are not looked up and stay as they are. */
export function expandHome(path: string, environment: ClientEnvironment): string {
  if (path === '~') return environment.homeFolder;
  return /^~[/\\]/.test(path) ? pathOf(environment).join(environment.homeFolder, path.slice(2)) : path;
}
