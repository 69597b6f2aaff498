/**
 * `npm test [-- KINDS...]`: runs the project's tests, one kind after the other, and sums up.
 *
 * The last line is `N passed, N failed, N skipped`. The exit code is 1 when a test failed, when a kind has no tests, or,
 * where CI is set to true, when one was skipped; 2 when the arguments are wrong.
 */
import process from 'node:process';
import { installDebianPackages } from '../start/debianPackages.ts';
import { createProgress, formatSeconds } from '../start/progress.ts';
import { runChecks } from './checks.ts';
import { type Counts, notRun, total } from './counts.ts';
import { type Kind, kinds } from './kinds.ts';
import { startPreparations } from './preparations.ts';
import { findTestFiles, runTestFiles } from './testFiles.ts';

interface Result {
  readonly kind: Kind;
  readonly counts: Counts;
  /** Milliseconds. */
  readonly duration: number;
}

/** What the arguments ask for: names of kinds, or test files, which stand for their kind; nothing means all kinds. */
interface Request {
  readonly kinds: readonly Kind[];
  readonly files: readonly string[];
}

function readRequest(args: readonly string[]): Request {
  const files = args.filter((arg) => arg.endsWith('.test.ts')).map((file) => file.replace(/^\.\//, ''));
  const names = args.filter((arg) => !arg.endsWith('.test.ts'));
  const unknown = names.find((name) => !kinds.some((kind) => kind.name === name));
  if (unknown !== undefined) {
    const list = kinds.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');
    process.stderr.write(`"${unknown}" is neither a kind of tests nor a test file. The kinds are:\n${list}\n`);
    process.exit(2);
  }
  const asked = (kind: Kind) =>
    args.length === 0 || names.includes(kind.name) || files.some((file) => file.startsWith(`test/${kind.name}/`));
  return { kinds: kinds.filter(asked), files };
}

async function runKind(kind: Kind, request: Request, signal: AbortSignal): Promise<Counts> {
  if (kind.name === 'check') {
    return runChecks();
  }
  const files = findTestFiles(kind);
  const wanted = request.files.length > 0 ? files.filter((file) => request.files.includes(file)) : files;
  return wanted.length === 0 ? notRun(`${kind.name}: there are no tests`) : runTestFiles(kind, wanted, signal);
}

function printSummary(results: readonly Result[]): Counts {
  const sum = total(results.map(({ counts }) => counts));
  process.stdout.write('\n');
  for (const failure of sum.failures) {
    process.stdout.write(`failed: ${failure}\n`);
  }
  for (const { kind, counts, duration } of results) {
    const numbers = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    process.stdout.write(`${kind.name.padEnd(12)} ${formatSeconds(duration).padStart(8)}  ${numbers}\n`);
  }
  process.stdout.write(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
  return sum;
}

const request = readRequest(process.argv.slice(2));
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interruption.abort());
}
const progress = createProgress();
await installDebianPackages([...new Set(request.kinds.flatMap((kind) => kind.parts))], progress);
const preparations = startPreparations(request.kinds);
const results: Result[] = [];
for (const kind of request.kinds) {
  if (interruption.signal.aborted) {
    break;
  }
  process.stdout.write(`\n== ${kind.name}: ${kind.about}\n`);
  const unprepared = await preparations.finish(kind, progress);
  const start = performance.now();
  const counts = unprepared ?? (await runKind(kind, request, interruption.signal));
  results.push({ kind, counts, duration: performance.now() - start });
}
const sum = printSummary(results);
const skippedInCi = process.env['CI'] === 'true' && sum.skipped > 0;
process.exit(sum.failed > 0 || skippedInCi || interruption.signal.aborted ? 1 : 0);
