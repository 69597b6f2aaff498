/**
 * Quotes one argument for the shell at the other end of an SSH exec request, which passes a command as one line to the
 * login shell of the user. Single quotes take everything literally in POSIX shells; a single quote itself is written
 * as `'\''`.
 */
export function quoteShellArgument(argument: string): string {
  if (argument.includes('\0')) throw new RangeError('An argument cannot contain a NUL character');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** The command line that runs `argv` with exactly these arguments. The only place where a shell string is made. */
export function toCommandLine(argv: readonly string[]): string {
  return argv.map(quoteShellArgument).join(' ');
}
