/** An sshd with a user who has a password, made up in a mount namespace so that this machine's users stay as they are. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { SshFixture } from './sshFixture.ts';
import type { SshServer } from './sshServer.ts';

/** Made for each test run; the name exists only inside the namespace. */
export const passwordUser = { name: 'ksr-test', password: 'tested-only-in-a-namespace', uid: 59_431 } as const;

/** @param config lines of sshd_config that go first */
export async function startUserNamespaceServer(
  fixture: SshFixture,
  config: readonly string[] = [],
): Promise<SshServer> {
  const { name, password, uid } = passwordUser;
  const home = fixture.path('home');
  mkdirSync(home, { recursive: true });
  // sshd changes into the home folder as the user.
  execFileSync('chmod', ['0755', fixture.folder, home]);
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n`, encoding: 'utf8' }).trim();
  const passwd = fixture.path('passwd');
  const shadow = fixture.path('shadow');
  writeFileSync(passwd, `${readFileSync('/etc/passwd', 'utf8')}${name}:x:${uid}:${uid}::${home}:/bin/sh\n`, {
    mode: 0o644,
  });
  writeFileSync(shadow, `${readFileSync('/etc/shadow', 'utf8')}${name}:${hash}:19000:0:99999:7:::\n`, { mode: 0o640 });
  const mount = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/shadow && shift 2 && exec "$@"';
  return fixture.startServer({
    config: [...config, 'PasswordAuthentication yes'],
    prefix: ['unshare', '--mount', 'sh', '-c', mount, 'sh', passwd, shadow],
  });
}
