import { join } from 'node:path';
import process from 'node:process';
import { CommandError, runCommand } from '../start/process.ts';
import { formatSeconds } from '../start/progress.ts';
import { type Counts, total } from './counts.ts';

const project = join(import.meta.dirname, '../..');

/** The tools of node_modules/.bin that look at the sources; each counts as one test. */
const checks = [
  { name: 'types', argv: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the webview', argv: ['tsc', '-p', 'webview/tsconfig.json'] },
  { name: 'lint and format', argv: ['biome', 'check', '.'] },
  { name: 'dead code and unused dependencies', argv: ['knip'] },
] as const;

/** Runs all checks at the same time, and prints what each one found. */
export async function runChecks(): Promise<Counts> {
  return total(await Promise.all(checks.map(({ name, argv }) => runCheck(name, argv))));
}

async function runCheck(name: string, [tool, ...args]: readonly [string, ...string[]]): Promise<Counts> {
  const start = performance.now();
  const found: string[] = [];
  try {
    await runCommand([process.execPath, join(project, 'node_modules/.bin', tool), ...args], {
      cwd: project,
      onLine: (line) => found.push(line),
    });
    process.stdout.write(`✔ ${name} (${formatSeconds(performance.now() - start)})\n`);
    return { passed: 1, failed: 0, skipped: 0, failures: [] };
  } catch (error) {
    const reason = error instanceof CommandError && error.code === 'failed' ? '' : `${String(error)}\n`;
    process.stdout.write(`✖ ${name} (${formatSeconds(performance.now() - start)})\n${[...found, reason].join('\n')}`);
    return { passed: 0, failed: 1, skipped: 0, failures: [`check: ${name}`] };
  }
}
