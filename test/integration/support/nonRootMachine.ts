/** This machine as a login user who is not root, with a `sudo` of the test's own on PATH. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalTransport } from '../../../extension/transport/local/localTransport.ts';
import type { MachineConnection } from '../../../extension/transport/transport.ts';
import { fakeContext } from '../../fakes/connectContext.ts';

/** `nobody`: exists everywhere and may nothing. */
const nobody = '65534';

/**
 * Behaves like sudo towards what connecting does with it: `-S` reads a line of stdin, byte by byte so that nothing
 * after it is lost, `-p` asks on stderr; after three wrong answers it gives up. The command then runs, as the same
 * user. `read` of the shell takes single bytes from a pipe as well.
 */
const sudoScript = `#!/bin/sh
[ "$1" = -S ] && [ "$2" = -p ] && [ "$4" = -- ] || { echo "usage: sudo" >&2; exit 1; }
prompt=$3
shift 4
case $FAKE_SUDO in
  free) exec "$@" ;;
  denied) echo "nobody is not in the sudoers file." >&2; exit 1 ;;
  tty) echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1 ;;
  broken) echo "sudo: unable to open /etc/sudoers: Permission denied" >&2; exit 1 ;;
esac
tries=0
while [ "$tries" -lt 3 ]; do
  printf '%s' "$prompt" >&2
  IFS= read -r password || { echo "sudo: no password was provided" >&2; exit 1; }
  if [ "$password" = "$FAKE_SUDO_PASSWORD" ]; then exec "$@"; fi
  tries=$((tries + 1))
  echo "Sorry, try again." >&2
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
`;

export interface NonRootOptions {
  /** A folder that `nobody` may enter. */
  readonly folder: string;
  readonly sudo: 'free' | 'password' | 'denied' | 'tty' | 'broken' | 'absent';
  readonly password?: string;
}

export async function nonRootMachine(options: NonRootOptions): Promise<MachineConnection> {
  const { folder, sudo, password = '' } = options;
  const path = sudo === 'absent' ? folderWithoutSudo(folder) : folderWithSudo(folder);
  const machine = await new LocalTransport('nobody', process.env).connect(fakeContext());
  return {
    label: 'nobody@localhost',
    user: 'nobody',
    closed: machine.closed,
    start: (argv, signal) =>
      machine.start(
        [
          ...['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', 'env', '-i'],
          ...[`PATH=${path}`, `FAKE_SUDO=${sudo}`, `FAKE_SUDO_PASSWORD=${password}`, ...argv],
        ],
        signal,
      ),
    dispose: () => machine.dispose(),
  };
}

/** Makes the test's own sudo; gives the PATH that finds it before the one that the machine may have. */
function folderWithSudo(folder: string): string {
  const file = join(folder, 'sudo');
  writeFileSync(file, sudoScript);
  chmodSync(file, 0o755);
  chmodSync(folder, 0o755);
  return `${folder}:/usr/bin:/bin`;
}

/** Gives a PATH with what a script needs before it finds that there is no sudo: the machine may have one beside them. */
function folderWithoutSudo(folder: string): string {
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  for (const tool of ['sh', 'id']) {
    symlinkSync(join('/usr/bin', tool), join(tools, tool));
  }
  chmodSync(folder, 0o755);
  return tools;
}
