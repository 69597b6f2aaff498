import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { comparableRules } from './comparableRules.ts';
import {
  type IpFamily,
  type IptablesBackend,
  loadCase,
  type ProxyMode,
  proxyModes,
  readRuleFiles,
  saveRules,
} from './ruleFiles.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';
import { TestNodeError } from './testNodeError.ts';

const casesFolder = join(import.meta.dirname, '../golden/data');
const cases = readdirSync(casesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('recorded rules on the test node', () => {
  let node: TestNode;

  before(async () => {
    node = await startTestNode();
  });

  after(() => node?.stop());

  /**
   * Does it once more when the machine stops answering in the midst of it, as an emulated one does now and then: that
   * says nothing about the rules. Each time begins with a reset, which brings the machine back.
   */
  async function againWhenSilent(test: TestContext, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TestNodeError && error.code === 'node-silent')) {
        throw error;
      }
      test.diagnostic(`The test node stopped answering and is reset: ${error.message}`);
      await work();
    }
  }

  async function loadAndCompare(name: string, mode: ProxyMode, backend: IptablesBackend): Promise<void> {
    const folder = join(casesFolder, name);
    const recorded = await readRuleFiles(join(folder, mode));
    const family: IpFamily = name.endsWith('-ipv6') ? 'ipv6' : 'ipv4';
    await node.reset();
    await loadCase(node, folder, mode, { backend });
    const saved = await saveRules(node, mode, family, { backend });
    assert.deepEqual([...saved.keys()], [...recorded.keys()]);
    assert.deepEqual(comparableRules(saved), comparableRules(recorded));
  }

  for (const name of cases) {
    for (const mode of proxyModes) {
      it(`${name} in ${mode} mode is what the kernel holds after loading`, (test) => {
        return againWhenSilent(test, () => loadAndCompare(name, mode, 'nf_tables'));
      });
    }
  }

  for (const mode of ['iptables', 'ipvs'] as const) {
    it(`mixed-60 in ${mode} mode is what the kernel holds after loading it with the legacy backend`, async (test) => {
      await againWhenSilent(test, () => loadAndCompare('mixed-60', mode, 'legacy'));
      // Nothing of it may have gone to the other backend.
      assert.equal((await node.run(['iptables-nft-save'])).toString().includes('KUBE-'), false);
    });
  }

  it('a folder without rules of the mode is refused', async () => {
    await assert.rejects(loadCase(node, join(casesFolder, 'no-such-case'), 'ipvs'), { code: 'bad-case' });
  });
});
