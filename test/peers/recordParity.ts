/**
 * Records what kube-proxy programs for the generated sets, in each mode and family, as root:
 *
 *   node test/peers/recordParity.ts [--seeds 1-100] [--modes iptables,ipvs,nftables] [--show SEED MODE FAMILY]
 *
 * Modes iptables and nftables are recorded in network namespaces of this machine, ipvs in the test node. The texts stay
 * in the cache; their digests go to test/golden/parity/recorded.jsonl, beside those of the sets that were not asked
 * for. `--show` prints the canonical rules of one recorded set instead. Needs Go, and the tools' versions that the file
 * `tools.json` beside it names.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { IpFamily } from '../../agent/model/address.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import { canonicalText } from '../support/canonicalRules.ts';
import { canonicalFiles, digests, type ParityRecord, rawDigests } from '../support/parityRecord.ts';
import { parityFolder, readParityRecords, toolVersions, writeParityRecords } from '../support/parityRecords.ts';
import { cacheFolder } from '../vm/folders.ts';
import type { RuleFiles } from '../vm/ruleFiles.ts';
import { runCommand } from '../vm/runCommand.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import { type GeneratedSet, generatedSeeds, generatedSet, objectLines } from './generatedObjects.ts';
import { oracleArguments } from './generatedOptions.ts';
import { buildKubeProxyOracle } from './kubeProxyOracle.ts';
import { type RunWhereRecorded, recordSet } from './oracleRecording.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];
const modes: readonly ServiceMode[] = ['iptables', 'nftables', 'ipvs'];

/** The set whose canonical rules are stored whole, for people. */
const shownSeed = 1;

/** Where the oracle is put in the test node. */
const remoteProgram = '/root/kube-proxy-oracle';

/** `v1.36.3`, which names the cache. */
const [kubernetesVersion = ''] =
  /(?<=k8s\.io\/kubernetes )\S+/.exec(await readFile(join(import.meta.dirname, 'kube-proxy/go.mod'), 'utf8')) ?? [];

/** How many sets are recorded at the same time. */
const workers = 2;

interface Job {
  readonly set: GeneratedSet;
  readonly mode: ServiceMode;
  readonly family: IpFamily;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { seeds: { type: 'string' }, modes: { type: 'string' }, show: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.show === true) {
    const [seed, mode, family] = positionals;
    const set = generatedSet(Number(seed));
    const job = { set, mode: named(modes, mode), family: named(families, family) };
    const files = await readCached(job);
    if (files === undefined) throw new Error('It was not recorded on this machine.');
    process.stdout.write(canonicalText(canonicalFiles(files, job.family)));
    return;
  }
  const seeds = values.seeds === undefined ? generatedSeeds : seedRange(values.seeds);
  for (const mode of values.modes?.split(',').map((name) => named(modes, name)) ?? modes) {
    const jobs = seeds.map(generatedSet).flatMap((set) => families.map((family): Job => ({ set, mode, family })));
    await recordJobs(jobs, mode);
  }
}

function named<T extends string>(all: readonly T[], name: string | undefined): T {
  const found = all.find((one) => one === name);
  if (found === undefined) throw new Error(`${name ?? 'nothing'} is none of ${all.join(', ')}`);
  return found;
}

/** `3`, `1-100`. */
function seedRange(text: string): readonly number[] {
  const [first = 1, last = first] = text.split('-').map(Number);
  return generatedSeeds.filter((seed) => seed >= first && seed <= last);
}

async function recordJobs(jobs: readonly Job[], mode: ServiceMode): Promise<void> {
  const missing: Job[] = [];
  for (const job of jobs) if ((await readCached(job)) === undefined) missing.push(job);
  if (missing.length > 0) {
    const program = await buildKubeProxyOracle((message) => console.log(message));
    await (mode === 'ipvs' ? recordInTestNode : recordOnHost)(missing, program);
  }
  const records = jobs.map(async (job): Promise<ParityRecord> => {
    const { set, mode, family } = job;
    const files = (await readCached(job)) ?? new Map();
    const canonical = canonicalFiles(files, family);
    if (set.seed === shownSeed) {
      await mkdir(join(parityFolder, 'shown'), { recursive: true });
      await writeFile(join(parityFolder, 'shown', `${mode}-${family}.txt`), canonicalText(canonical));
    }
    return { seed: set.seed, mode, family, sections: digests(canonical), raw: rawDigests(files, family) };
  });
  await writeParityRecords([...(await readParityRecords()), ...(await Promise.all(records))]);
}

async function recordOnHost(jobs: readonly Job[], program: string): Promise<void> {
  const run: RunWhereRecorded = (argv, stdin) => runCommand({ argv: ['nice', ...argv], stdin });
  await recordAll(jobs, program, run);
  await writeTools('host', run);
}

async function recordInTestNode(jobs: readonly Job[], program: string): Promise<void> {
  await using node = await startTestNode({ progress: (message) => console.log(message) });
  await node.run(['sh', '-c', `cat > ${remoteProgram} && chmod 0755 ${remoteProgram}`], {
    stdin: await readFile(program),
  });
  const run: RunWhereRecorded = (argv, stdin) => node.run(argv, { stdin });
  await recordAll(jobs, remoteProgram, run);
  await writeTools('testNode', run);
}

/** @param program the oracle, where it runs */
async function recordAll(jobs: readonly Job[], program: string, run: RunWhereRecorded): Promise<void> {
  const waiting = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { set, mode, family } = job;
      await writeCached(job, await recordSet(run, program, set, mode, family));
      console.log(`${set.seed} ${mode} ${family}: recorded`);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function writeTools(where: 'host' | 'testNode', run: RunWhereRecorded): Promise<void> {
  const path = join(parityFolder, 'tools.json');
  const known: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  const versions = await toolVersions(async (argv) => (await run(argv, '')).toString());
  await writeFile(path, `${JSON.stringify({ ...known, [where]: versions }, undefined, 2)}\n`);
}

/** Rules depend on nothing but kube-proxy's version, the objects and the options. */
function cachedFile({ set, mode, family }: Job): string {
  const input = JSON.stringify([oracleArguments(set.options, family), objectLines(set.objects)]);
  const liberal = set.options.kernel.conntrackTcpLiberal;
  const key = createHash('sha256').update(input).update(String(liberal)).digest('hex').slice(0, 16);
  return join(cacheFolder(), 'parity', kubernetesVersion, `${set.seed}-${mode}-${family}-${key}.json`);
}

async function readCached(job: Job): Promise<RuleFiles | undefined> {
  const text = await readFile(cachedFile(job), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const files: Record<string, string> = JSON.parse(text);
  return new Map(Object.entries(files));
}

async function writeCached(job: Job, files: RuleFiles): Promise<void> {
  const path = cachedFile(job);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, JSON.stringify(Object.fromEntries(files)));
}

await main();
