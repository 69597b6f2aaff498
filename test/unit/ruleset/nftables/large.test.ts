import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

const services = 1000;
const endpoints = 10;

test('a large rule set is parsed and visited within little more memory than its text takes', async () => {
  const worker = new Worker(new URL('./largeRulesetWorker.ts', import.meta.url), {
    workerData: { services, endpoints },
    resourceLimits: { maxOldGenerationSizeMb: 120 },
  });
  const [counts]: unknown[] = await once(worker, 'message');
  const chains = services * (endpoints + 1);
  const expected = { chains, statements: services * (4 * endpoints + 1), elements: services, problems: 0 };
  assert.deepEqual(counts, [expected, expected]);
});
