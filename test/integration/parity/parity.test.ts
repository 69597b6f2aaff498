import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import { generatedSeeds, generatedSet } from '../../peers/generatedObjects.ts';
import {
  differencesFrom,
  hasRecordedTools,
  type NamespaceMode,
  ParityNamespace,
} from '../../support/parityNamespace.ts';
import { parityFolder, readParityRecords, recordKey } from '../../support/parityRecords.ts';

/** Sets without nfacct, whose objects only the Debian package nfacct makes. The test node has it: see test/vm. */
const seeds = generatedSeeds.filter((seed) => seed % 2 === 0 && seed <= 80);

const cases: readonly (readonly [NamespaceMode, IptablesBackend])[] = [
  ['iptables', 'nf_tables'],
  ['iptables', 'legacy'],
  ['nftables', 'nf_tables'],
];

test('names that are longer than what nft takes for a comment are applied', () => {
  using node = new ParityNamespace('nf_tables');
  const name = 'a'.repeat(63);
  const objects = [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: name } },
      spec: { type: 'ClusterIP', clusterIP: '10.96.0.10', ports: [{ name, protocol: 'TCP', port: 80 }] },
    },
  ];
  assert.deepEqual(node.apply({ ...generatedSet(2), objects }, 'nftables'), []);
  assert.match(
    node.files('nftables', 'ipv4').get('nft.txt') ?? '',
    /10\.96\.0\.10 \. tcp \. 80 comment "a{63}\/a{63}:"/,
  );
});

describe('the kernel holds what kube-proxy left in it', async () => {
  const records = new Map((await readParityRecords()).map((record) => [recordKey(record), record]));
  const tools: { readonly host: Record<string, string> } = JSON.parse(
    await readFile(join(parityFolder, 'tools.json'), 'utf8'),
  );
  const sameTools = await hasRecordedTools(tools.host);
  for (const [mode, backend] of cases) {
    test(`after each of ${seeds.length} generated sets in ${mode} mode on ${backend}`, () => {
      using node = new ParityNamespace(backend);
      // Each set is applied on what the one before it left, the first on nothing.
      for (const seed of seeds) {
        const left = node.apply(generatedSet(seed), mode);
        assert.deepEqual(left, [], `set ${seed}: a plan for what is there changes it again`);
        // Legacy iptables writes some things otherwise than iptables-nft, with which sets were recorded.
        assert.deepEqual(differencesFrom(records, node, seed, mode, sameTools && backend === 'nf_tables'), []);
      }
    });
  }
});
