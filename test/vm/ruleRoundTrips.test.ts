import { after, before, describe, it } from 'node:test';
import { checkIpsetRoundTrip, type Run } from '../support/ipsetRoundTrip.ts';
import { checkIpvsRoundTrip } from '../support/ipvsRoundTrip.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

describe('rules of the test node that are parsed, formatted and restored', () => {
  let node: TestNode;
  const run: Run = async (argv, stdin) => (await node.run(argv, stdin === undefined ? {} : { stdin })).toString();

  before(async () => {
    node = await startTestNode();
  });

  after(async () => {
    await node?.stop();
  });

  it('are the same virtual servers', async (context) => {
    for (const missing of await checkIpvsRoundTrip(run)) context.diagnostic(`the test node has no ${missing}`);
  });

  it('are the same IP sets', async (context) => {
    const makeNode = async (): Promise<Run> => {
      // A set that is in a list of sets cannot be destroyed before the list is empty.
      await run(['ipset', 'flush']);
      await run(['ipset', 'destroy']);
      return run;
    };
    for (const type of await checkIpsetRoundTrip(makeNode, 20261121))
      context.diagnostic(`the test node has no ${type}`);
  });
});
