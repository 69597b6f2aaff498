import { Console } from 'node:console';

/** Lets everything that is printed go to stderr: a stray line on stdout would stand between two messages. */
export function redirectConsole(): void {
  globalThis.console = new Console(process.stderr, process.stderr);
}
