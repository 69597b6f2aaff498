import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { compileRules } from '../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../../agent/model/serviceRules.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { readIptablesRules } from '../../agent/plan/iptables/readIptablesRules.ts';
import { readNftablesTable } from '../../agent/plan/nftables/readNftablesTable.ts';
import { noFamilyRules } from '../../agent/plan/noRules.ts';
import { ruleDifferences } from '../../agent/plan/ruleDifferences.ts';
import { objectsText } from '../golden/cases.ts';
import { NetworkNamespace } from '../support/networkNamespace.ts';

const project = join(import.meta.dirname, '../..');

const nodeIps = ['10.0.2.15', 'fd00::15'];
const objects = `${objectsText('mixed-60')}\n${objectsText('random-4-ipv6')}`;

/** What stands in a namespace, as it is saved there. */
function readNamespace(namespace: NetworkNamespace, mode: ServiceMode): ServiceRules {
  const family = (name: IpFamily): FamilyRules => {
    if (mode === 'nftables') {
      const table = namespace.output('nft', ['list', 'ruleset', name === 'ipv4' ? 'ip' : 'ip6']);
      return { ...noFamilyRules, nftables: readNftablesTable(table, name) };
    }
    const saved = namespace.output(name === 'ipv4' ? 'iptables-save' : 'ip6tables-save', []);
    return { ...noFamilyRules, iptables: readIptablesRules(saved, undefined) };
  };
  return {
    families: new Map((['ipv4', 'ipv6'] as const).map((name) => [name, family(name)])),
    sysctls: new Map(),
  };
}

describe('what compile writes', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-compile-'));
    await writeFile(join(folder, 'objects.jsonl'), objects);
    await promisify(execFile)(process.execPath, ['esbuild.mjs', `--out=${join(folder, 'dist')}`], { cwd: project });
  });
  after(() => rm(folder, { recursive: true }));

  for (const mode of ['iptables', 'nftables'] as const) {
    it(`is loaded by the tools of ${mode} mode as it is meant`, async () => {
      using namespace = new NetworkNamespace('compile');
      const out = join(folder, mode);
      const argv = ['--mode', mode, '--objects', join(folder, 'objects.jsonl'), '--node', 'testnode', '--out', out];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        join(folder, 'dist/agent.js'),
        'compile',
        ...argv,
        '--node-ip',
        nodeIps.join(','),
        '--cluster-cidr',
        '10.244.0.0/16,fd00:10:244::/56',
      ]);
      assert.equal(stderr, '');
      namespace.output('sh', ['-e'], stdout);

      const options = completeProxyOptions(
        {
          nodeName: 'testnode',
          nodeIps,
          localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/56'] },
        },
        assumedKernelFacts(nodeIps),
      );
      const desired = compileRules(readObjects(objects, 'objects').objects, options, mode);
      assert.equal(ruleDifferences({ ...desired, sysctls: new Map() }, readNamespace(namespace, mode)), 0);
    });
  }
});
