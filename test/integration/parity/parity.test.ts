import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ServiceMode } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import { generatedSeeds, generatedSet } from '../../peers/generatedObjects.ts';
import { ParityNode } from '../../support/parityNode.ts';
import { parityFolder, readParityRecords, recordKey, toolVersions } from '../../support/parityRecords.ts';
import { runCommand } from '../../vm/runCommand.ts';

/** Sets without nfacct, whose objects only the Debian package nfacct makes. */
const seeds = generatedSeeds.filter((seed) => seed % 2 === 0 && seed <= 80);

const cases: readonly (readonly [ServiceMode, IptablesBackend])[] = [
  ['iptables', 'nf_tables'],
  ['iptables', 'legacy'],
  ['nftables', 'nf_tables'],
];

/** Raw texts compare where the tools are those that wrote the recorded ones. */
async function hasRecordedTools(): Promise<boolean> {
  const recorded: { readonly host: Readonly<Record<string, string>> } = JSON.parse(
    await readFile(join(parityFolder, 'tools.json'), 'utf8'),
  );
  const found = await toolVersions(async (argv) => (await runCommand({ argv })).toString());
  return ['iptables', 'nft'].every((tool) => found[tool] === recorded.host[tool]);
}

test('names that are longer than what nft takes for a comment are applied', async () => {
  await using node = await ParityNode.onHost('nftables', 'nf_tables');
  const name = 'a'.repeat(63);
  const objects = [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: name } },
      spec: { type: 'ClusterIP', clusterIP: '10.96.0.10', ports: [{ name, protocol: 'TCP', port: 80 }] },
    },
  ];
  assert.deepEqual(await node.apply({ ...generatedSet(2), objects }), []);
  const text = (await node.files('ipv4')).get('nft.txt') ?? '';
  assert.match(text, /10\.96\.0\.10 \. tcp \. 80 comment "a{63}\/a{63}:"/);
});

describe('the kernel holds what kube-proxy left in it', async () => {
  const records = new Map((await readParityRecords()).map((record) => [recordKey(record), record]));
  const sameTools = await hasRecordedTools();
  for (const [mode, backend] of cases) {
    test(`after each of ${seeds.length} generated sets in ${mode} mode on ${backend}`, async () => {
      await using node = await ParityNode.onHost(mode, backend);
      // Each set is applied on what the one before it left, the first on nothing.
      for (const seed of seeds) {
        const left = await node.apply(generatedSet(seed));
        assert.deepEqual(left, [], `set ${seed}: a plan for what is there changes it again`);
        // Legacy iptables writes some things otherwise than iptables-nft, with which the sets were recorded.
        assert.deepEqual(await node.differencesFrom(records, seed, sameTools && backend === 'nf_tables'), []);
      }
    });
  }
});
