import { delimiter } from 'node:path';
import process from 'node:process';
import { type CommandOptions, runCommand } from './process.ts';

/**
 * Runs the machine's own npm with the machine's own Node.js. test/start/bootstrap.mjs says which they are in
 * KUBE_SERVICE_RULES_NPM; without it, it is the first npm on PATH outside of any node_modules folder.
 * @returns what npm wrote to standard output
 * @throws CommandError when npm fails
 */
export function runNpm(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [command, ...firstArgs] = (process.env['KUBE_SERVICE_RULES_NPM'] ?? 'npm').split('\n');
  return runCommand([command ?? 'npm', ...firstArgs, ...args], {
    ...options,
    env: { ...process.env, PATH: pathOutsideNodeModules() },
  });
}

/** PATH without node_modules/.bin: the Node.js in there is the project's, which a distribution's npm cannot run with. */
function pathOutsideNodeModules(): string {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
}
