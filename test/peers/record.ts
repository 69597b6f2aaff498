/**
 * Records what kube-proxy programs in each mode, in the test node:
 *
 *   node test/peers/record.ts CASE [MODE ...]
 *
 * CASE is a folder in test/golden/data with an `objects.jsonl`; for `mixed-60` that is made first. Needs Go.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type IpFamily, type ProxyMode, proxyModes, saveRules, writeRuleFiles } from '../vm/ruleFiles.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import type { TestNode } from '../vm/testNode.ts';
import { buildKubeProxyOracle } from './kubeProxyOracle.ts';
import { mixedObjects } from './mixedObjects.ts';

const casesFolder = join(import.meta.dirname, '../golden/data');

/** Cases whose objects are generated: the seed and the number of Services. */
const generatedCases: Readonly<Record<string, { readonly seed: number; readonly services: number }>> = {
  'mixed-60': { seed: 60, services: 60 },
};

/** What the recorded node is, in each family. Node ports are open on all its addresses in every mode. */
const nodeArguments: Readonly<Record<IpFamily, readonly string[]>> = {
  ipv4: ['-node-ip', '10.0.2.15', '-cluster-cidr', '10.244.0.0/16', '-nodeport-addresses', '0.0.0.0/0'],
  ipv6: ['-node-ip', '2001:db8:f::15', '-cluster-cidr', 'fd00:10:244::/64', '-nodeport-addresses', '::/0'],
};

/** Where the program and its input are put on the node. */
const remoteProgram = '/root/kube-proxy-oracle';
const remoteObjects = '/root/objects.jsonl';

async function main([caseName, ...wanted]: readonly string[]): Promise<number> {
  const modes = wanted.length === 0 ? proxyModes : proxyModes.filter((mode) => wanted.includes(mode));
  if (caseName === undefined || modes.length === 0) {
    process.stderr.write('Usage: node test/peers/record.ts CASE [iptables] [ipvs] [nftables]\n');
    return 2;
  }
  const folder = join(casesFolder, caseName);
  await generateObjects(caseName, folder);
  const objects = await readFile(join(folder, 'objects.jsonl'), 'utf8');
  const family: IpFamily = objects.includes('"addressType":"IPv6"') ? 'ipv6' : 'ipv4';
  const program = await readFile(await buildKubeProxyOracle((message) => console.log(message)));
  await using node = await startTestNode({ progress: (message) => console.log(message) });
  for (const mode of modes) {
    console.log(`Recording ${caseName} in ${mode} mode ...`);
    await node.reset();
    await node.run(['sh', '-c', `cat > ${remoteProgram} && chmod 0755 ${remoteProgram}`], { stdin: program });
    await node.run(['sh', '-c', `cat > ${remoteObjects}`], { stdin: objects });
    await record(node, mode, family, join(folder, mode));
  }
  return 0;
}

async function record(node: TestNode, mode: ProxyMode, family: IpFamily, folder: string): Promise<void> {
  await node.run([remoteProgram, '-mode', mode, '-objects', remoteObjects, ...nodeArguments[family]]);
  await writeRuleFiles(folder, await saveRules(node, mode, family));
}

async function generateObjects(caseName: string, folder: string): Promise<void> {
  const recipe = generatedCases[caseName];
  if (recipe !== undefined) {
    const lines = mixedObjects(recipe.seed, recipe.services).map((object) => `${JSON.stringify(object)}\n`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'objects.jsonl'), lines.join(''));
  }
}

process.exitCode = await main(process.argv.slice(2));
