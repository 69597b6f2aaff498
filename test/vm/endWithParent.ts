/**
 * A command that the kernel ends when the thread that starts it does, SIGKILL included (prctl PR_SET_PDEATHSIG).
 * A parent that ended before setpriv could ask for that is noticed by the shell, whose parent is another by then.
 *
 * @param signal what the command is sent
 */
export function endWithParent(signal: 'KILL' | 'TERM', argv: readonly string[]): [string, ...string[]] {
  const stillChild = 'test "$PPID" = "$1" || exit 1; shift; exec "$@"';
  return ['setpriv', '--pdeathsig', signal, 'sh', '-c', stillChild, 'sh', String(process.pid), ...argv];
}
