import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
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
      it(`${name} in ${mode} mode is what the kernel holds after loading`, () => {
        return loadAndCompare(name, mode, 'nf_tables');
      });
    }
  }

  for (const mode of ['iptables', 'ipvs'] as const) {
    it(`mixed-60 in ${mode} mode is what the kernel holds after loading it with the legacy backend`, async () => {
      await loadAndCompare('mixed-60', mode, 'legacy');
      // Nothing of it may have gone to the other backend.
      assert.equal((await node.run(['iptables-nft-save'])).toString().includes('KUBE-'), false);
    });
  }

  it('a folder without rules of the mode is refused', async () => {
    await assert.rejects(loadCase(node, join(casesFolder, 'no-such-case'), 'ipvs'), { code: 'bad-case' });
  });
});
