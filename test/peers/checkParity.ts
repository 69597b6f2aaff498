/**
 * Takes nodes over from kube-proxy: for each generated set, the oracle applies the set before it in a network namespace,
 * the agent's plan leads on to the set, and what the kernel then holds is compared with what was recorded:
 *
 *   npm run parity [-- --seeds 1-100] [--modes iptables,legacy,nftables,ipvs]
 *
 * Runs as root; ipvs in the test node. Needs Go, and the tools whose texts were recorded.
 */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IpFamily } from '../../agent/model/address.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../agent/model/snapshot.ts';
import { ParityNode } from '../support/parityNode.ts';
import { readParityRecords, recordKey } from '../support/parityRecords.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import { type GeneratedSet, generatedSeeds, generatedSet, objectLines } from './generatedObjects.ts';
import { oracleArguments } from './generatedOptions.ts';
import { buildKubeProxyOracle } from './kubeProxyOracle.ts';

/** What `--modes` names. */
const checks = {
  iptables: { mode: 'iptables', backend: 'nf_tables' },
  legacy: { mode: 'iptables', backend: 'legacy' },
  nftables: { mode: 'nftables', backend: 'nf_tables' },
  ipvs: { mode: 'ipvs', backend: 'nf_tables' },
} as const satisfies Readonly<Record<string, { readonly mode: ServiceMode; readonly backend: IptablesBackend }>>;

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** Where the oracle is put in the test node. */
const remoteProgram = '/root/kube-proxy-oracle';

/** The oracle as a command, where a node runs it. */
type OracleCommand = readonly [string, ...string[]];

/** Runs a command with its standard input as the file of the objects. */
const withObjects = 'file=$(mktemp); trap \'rm "$file"\' EXIT; cat > "$file"; "$@" -objects "$file"';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seeds: { type: 'string' }, modes: { type: 'string' } } });
  const [first = 1, last = first] = (values.seeds ?? '1-100').split('-').map(Number);
  const seeds = generatedSeeds.filter((seed) => seed >= first && seed <= last);
  const wanted = values.modes?.split(',') ?? Object.keys(checks);
  const program = await buildKubeProxyOracle((message) => console.log(message));
  for (const [name, { mode, backend }] of Object.entries(checks)) {
    if (!wanted.includes(name)) continue;
    const differing =
      mode === 'ipvs' ? await checkInTestNode(seeds, program) : await checkOnHost(seeds, program, mode, backend);
    for (const difference of differing.flatMap(({ differences }) => differences)) console.log(`${name}: ${difference}`);
    console.log(`${name}: ${seeds.length - differing.length} of ${seeds.length} sets are as kube-proxy has them`);
    if (differing.length > 0) process.exitCode = 1;
  }
}

async function checkInTestNode(seeds: readonly number[], program: string): Promise<readonly Differing[]> {
  await using node = await startTestNode({ progress: (message) => console.log(message) });
  await node.run(['sh', '-c', `cat > ${remoteProgram} && chmod 0755 ${remoteProgram}`], {
    stdin: await readFile(program),
  });
  return await check(seeds, [remoteProgram, '-mode', 'ipvs'], () => ParityNode.inTestNode(node, 'ipvs'), true);
}

/** kube-proxy runs `iptables`, whichever backend that is of. */
async function checkOnHost(
  seeds: readonly number[],
  program: string,
  mode: ServiceMode,
  backend: IptablesBackend,
): Promise<readonly Differing[]> {
  const folder = await mkdtemp(join(tmpdir(), 'check-parity-'));
  try {
    const multi = backend === 'legacy' ? 'xtables-legacy-multi' : 'xtables-nft-multi';
    for (const tool of ['iptables', 'ip6tables']) {
      for (const end of ['', '-save', '-restore']) await symlink(`/usr/sbin/${multi}`, join(folder, `${tool}${end}`));
    }
    const path = `PATH=${folder}:${process.env['PATH'] ?? ''}`;
    const start = (): Promise<ParityNode> => ParityNode.onHost(mode, backend);
    return await check(seeds, ['env', path, program, '-mode', mode], start, backend === 'nf_tables');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A set that is not as it was recorded, and in what. */
interface Differing {
  readonly seed: number;
  readonly differences: readonly string[];
}

async function check(
  seeds: readonly number[],
  oracle: OracleCommand,
  start: () => Promise<ParityNode>,
  comparesRaw: boolean,
): Promise<readonly Differing[]> {
  const records = new Map((await readParityRecords()).map((record) => [recordKey(record), record]));
  const differing: Differing[] = [];
  for (const seed of seeds) {
    await using node = await start();
    await applyByKubeProxy(node, oracle, generatedSet(seed === 1 ? generatedSeeds.length : seed - 1));
    const left = (await node.apply(generatedSet(seed))).map(({ argv }) => `set ${seed}: left to do: ${argv.join(' ')}`);
    const differences = [...(await node.differencesFrom(records, seed, comparesRaw)), ...left];
    if (differences.length > 0) differing.push({ seed, differences });
  }
  return differing;
}

async function applyByKubeProxy(node: ParityNode, oracle: OracleCommand, set: GeneratedSet): Promise<void> {
  for (const family of families) {
    // The objects of nfacct, which the next set may count into, are made in any case.
    const argv = [...oracle, ...oracleArguments(set.options, family), '-nfacct=true'];
    const { exitCode, stderr } = await node.run(['sh', '-c', withObjects, 'oracle', ...argv], objectLines(set.objects));
    if (exitCode !== 0) throw new Error(`kube-proxy failed for set ${set.seed}: ${stderr.slice(-2000)}`);
  }
}

await main();
