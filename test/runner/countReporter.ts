import type { TestEvent } from 'node:test/reporters';
import type { Counts } from './counts.ts';

/**
 * A reporter for node:test that writes one line of JSON when the run is over: how many tests passed, failed and were
 * skipped, and the names of those that failed. Suites are not counted; a cancelled test counts as failed, one that is
 * still to be done (`todo`) as skipped.
 */
export default async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let skipped = 0;
  const failures: string[] = [];
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') {
      continue;
    }
    const { name, file, details, skip, todo } = event.data;
    if (details.type === 'suite' && event.type === 'test:pass') {
      continue;
    }
    if (skip || todo) {
      skipped++;
    } else if (event.type === 'test:pass') {
      passed++;
    } else if (!causedByChild(event.data.details.error)) {
      failures.push(file === undefined || name === file ? name : `${file}: ${name}`);
    }
  }
  const counts: Counts = { passed, failed: failures.length, skipped, failures };
  yield `${JSON.stringify(counts)}\n`;
}

/** Whether a test failed only because one inside of it did, which is counted already. */
function causedByChild(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed';
}
