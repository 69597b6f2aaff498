import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { largeNftRuleset } from '../../../support/largeNftRuleset.ts';

const services = 1000;
const endpoints = 10;

/** The least processor time of a few runs, in milliseconds: what else the machine does only ever adds to it. */
function leastTime(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const started = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test('parsing a large rule set takes a small multiple of JSON.parse', (context) => {
  const large = largeNftRuleset(services, endpoints);
  const json = Buffer.from(large.json).toString();
  const text = Buffer.from(large.text).toString();
  const builtIn = leastTime(() => JSON.parse(json));
  const fromJson = leastTime(() => parseNftJson(json));
  const fromText = leastTime(() => parseNftText(text));
  context.diagnostic(
    `${(json.length / 1e6).toFixed(0)} MB of JSON: JSON.parse ${builtIn.toFixed(0)} ms, parseNftJson ${fromJson.toFixed(0)} ms; ` +
      `${(text.length / 1e6).toFixed(0)} MB of text: parseNftText ${fromText.toFixed(0)} ms`,
  );
  assert.ok(fromJson < 6 * builtIn);
  assert.ok(fromText < 6 * builtIn);
});

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
