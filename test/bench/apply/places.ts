import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { recordedNodeBatch } from '../../peers/recordedNode.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { shellQuote } from '../../vm/shellQuote.ts';
import { sshAlias } from '../../vm/sshAccess.ts';
import { startTestNode } from '../../vm/startTestNode.ts';
import { BenchedProcess } from './benchedProcess.ts';
import { manyServices } from './manyServices.ts';
import type { Scenario } from './scenarios.ts';

/** Where a scenario is measured. */
export interface BenchedPlace extends AsyncDisposable {
  /** Starts the agent's worker or kube-proxy's oracle in a new network namespace, which is gone when the process is. */
  start(side: 'ours' | 'peer'): Promise<AsyncDisposable & Pick<BenchedProcess, 'measure'>>;
}

/** The tools that kube-proxy runs by these names whatever the backend. */
const iptablesTools = ['iptables', 'iptables-save', 'iptables-restore'] as const;

function oracleArguments(scenario: Scenario): string[] {
  return ['-bench', '-mode', scenario.mode, '-node-ip', '10.0.2.15', '-cluster-cidr', '10.244.0.0/16'];
}

/** This machine. */
export async function hostPlace(oracle: string, scenario: Scenario): Promise<BenchedPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-apply-'));
  const objects = join(folder, 'objects.jsonl');
  await writeFile(objects, manyServices(scenario.services));
  const multi = scenario.backend === 'legacy' ? 'xtables-legacy-multi' : 'xtables-nft-multi';
  for (const tool of iptablesTools) await symlink(`/usr/sbin/${multi}`, join(folder, tool));
  const worker = join(import.meta.dirname, 'worker.ts');
  const commands = {
    ours: [process.execPath, worker, scenario.mode, scenario.backend, objects],
    peer: [oracle, ...oracleArguments(scenario), '-objects', objects],
  };
  return {
    start(side) {
      const namespace = new NetworkNamespace('bench');
      namespace.output('ip', ['-batch', '-'], recordedNodeBatch());
      const path = `${folder}:${process.env['PATH'] ?? ''}`;
      const benched = new BenchedProcess(['ip', 'netns', 'exec', namespace.name, ...commands[side]], { PATH: path });
      return Promise.resolve({
        measure: (command) => benched.measure(command),
        async [Symbol.asyncDispose]() {
          await benched[Symbol.asyncDispose]();
          namespace[Symbol.dispose]();
        },
      });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const remote = {
  oracle: '/root/oracle',
  node: '/root/node',
  worker: '/root/worker.mjs',
  objects: '/root/objects.jsonl',
};

/** The test node, which gets this program's own Node.js for the time. */
export async function testNodePlace(oracle: string, scenario: Scenario): Promise<BenchedPlace> {
  const node = await startTestNode({ progress: (message) => console.log(message) });
  const put = (path: string, content: string | Uint8Array): Promise<Buffer> =>
    node.run(['sh', '-c', `cat > ${path} && chmod 0755 ${path}`], { stdin: content });
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    ...({ bundle: true, write: false, platform: 'node', format: 'esm', logLevel: 'error' } as const),
  });
  await put(remote.worker, outputFiles[0]?.contents ?? '');
  await put(remote.oracle, await readFile(oracle));
  await put(remote.node, await readFile(process.execPath));
  await put(remote.objects, manyServices(scenario.services));
  const commands = {
    ours: [remote.node, remote.worker, scenario.mode, scenario.backend, remote.objects],
    peer: [remote.oracle, ...oracleArguments(scenario), '-objects', remote.objects],
  };
  let count = 0;
  return {
    async start(side) {
      const namespace = `bench-${++count}`;
      await node.run(['ip', 'netns', 'add', namespace]);
      await node.run(['ip', '-n', namespace, '-batch', '-'], { stdin: recordedNodeBatch() });
      const command = shellQuote(['ip', 'netns', 'exec', namespace, ...commands[side]]);
      const benched = new BenchedProcess(['ssh', '-F', node.ssh.configFile, '-l', 'root', sshAlias, command]);
      return {
        measure: (command) => benched.measure(command),
        async [Symbol.asyncDispose]() {
          await benched[Symbol.asyncDispose]();
          await node.run(['ip', 'netns', 'delete', namespace]);
        },
      };
    },
    [Symbol.asyncDispose]: () => node.stop(),
  };
}
