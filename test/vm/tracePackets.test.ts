import { after, before, describe } from 'node:test';
import { itIsAsPredicted } from '../support/trace/itIsAsPredicted.ts';
import { type TracedHost, testNodeHost } from '../support/trace/tracedHost.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

/** Some of the schedulers; a longer run is `npm run trace:check -- --modes ipvs`. */
const seeds = [1, 2, 4, 5, 6];

describe('packets through ipvs', () => {
  let node: TestNode | undefined;
  let host: TracedHost | undefined;

  before(async () => {
    node = await startTestNode();
    host = await testNodeHost(node);
  });

  after(async () => {
    await node?.stop();
  });

  itIsAsPredicted(
    () => {
      if (host === undefined) throw new Error('There is no test node.');
      return host;
    },
    'ipvs',
    seeds,
  );
});
