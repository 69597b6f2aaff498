import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { modesThrough } from './modesThrough.ts';
import { NodeTraffic } from './nodeTraffic.ts';
import { startTestNode } from './startTestNode.ts';
import { agentSwitch, putToggleObjects } from './switchModes.ts';
import type { TestNode } from './testNode.ts';

/** Six are all that there are between two modes. */
const switches = Number(process.env['KSR_TOGGLES'] ?? 6);

let node: TestNode;
before(async () => {
  node = await startTestNode();
});
after(async () => {
  await node?.stop();
});

/** Milliseconds. Three minutes are enough on a machine that does nothing else, but only traffic may fail this test. */
const timeout = 40 * 60_000;

it(`${switches} switches of the mode fail no new connection and break none`, { timeout }, async (test) => {
  const traffic = new NodeTraffic(node);
  await traffic.prepare();
  await putToggleObjects(node);
  const switchTo = await agentSwitch(node);
  const [first = 'ipvs', ...modes] = modesThrough(switches);
  await switchTo(first);
  await traffic.begin();
  await traffic.goesOn();
  for (const [index, mode] of modes.entries()) {
    const step = `${modes[index - 1] ?? first} -> ${mode}`;
    await switchTo(mode);
    const { failed, broken, attempted, slowest } = await traffic.goesOn();
    test.diagnostic(`${step}: ${attempted} new connections, ${traffic.longConnections} others, at most ${slowest} ms`);
    assert.deepEqual({ failed, broken }, { failed: [], broken: [] }, step);
    if (traffic.longConnections < 50) await traffic.openMore();
  }
});
