import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import * as z from 'zod/mini';
import { type Counts, notRun } from './counts.ts';
import type { Kind } from './kinds.ts';

const project = join(import.meta.dirname, '../..');

const countsSchema = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  failures: z.array(z.string()),
});

/** The test files of a kind, as paths within the project, sorted. */
export function findTestFiles(kind: Kind): string[] {
  return globSync(`test/${kind.name}/**/*.test.ts`, { cwd: project }).sort();
}

/**
 * Runs test files with node:test; what they print goes to this terminal as they go.
 * @param signal ends the tests when it is aborted
 */
export async function runTestFiles(kind: Kind, files: readonly string[], signal: AbortSignal): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-test-'));
  const results = join(folder, 'counts.json');
  try {
    const exitCode = await runNodeTest(
      [
        '--test',
        `--test-concurrency=${kind.filesAtOnce}`,
        `--test-timeout=${kind.testTimeout}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${join(import.meta.dirname, 'countReporter.ts')}`,
        `--test-reporter-destination=${results}`,
        ...files,
      ],
      signal,
    );
    const counts = countsSchema.parse(JSON.parse(await readFile(results, 'utf8')));
    const failedUnseen = exitCode !== 0 && counts.failed === 0;
    return failedUnseen
      ? { ...counts, failed: 1, failures: [`${kind.name}: node --test ended with ${exitCode}`] }
      : counts;
  } catch (error) {
    return notRun(`${kind.name}: ${signal.aborted ? 'interrupted' : `node --test gave no results: ${String(error)}`}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runNodeTest(args: readonly string[], signal: AbortSignal): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ['ignore', 'inherit', 'inherit'],
      // A test that runs `node` gets the one that runs the test.
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` },
      signal,
      killSignal: 'SIGTERM',
    });
    child.once('error', reject);
    child.once('exit', (code, endedBy) => resolve(code ?? endedBy ?? 1));
  });
}
