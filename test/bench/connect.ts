/**
 * How much a warm connect (agent already delivered) costs beyond SSH itself: `ssh host true` beside a full connect up
 * to the agent's first answer, against an sshd on this machine. Run: node test/bench/connect.ts [ROUNDS]
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { Credentials } from '../../extension/transport/credentials.ts';
import { loadArtefacts } from '../../extension/transport/delivery/artefacts.ts';
import { openNodeLink } from '../../extension/transport/nodeLink.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { SshFixture } from '../integration/support/sshFixture.ts';

const run = promisify(execFile);
const rounds = Number(process.argv[2] ?? 15);

const fixture = new SshFixture();
try {
  const server = await fixture.startServer();
  fixture.knowServer(server);
  fixture.configure({ node: { Port: server.port } });
  writeFileSync(fixture.path('agent.js'), 'process.stdin.pipe(process.stdout);');
  const artefacts = loadArtefacts({ agent: fixture.path('agent.js'), runtimes: {} });
  await artefacts;
  const options = {
    transport: fixture.transport('node'),
    artefacts,
    privilege: 'root' as const,
    folder: fixture.path('delivered'),
    credentials: new Credentials(),
  };

  const warmConnect = async (): Promise<void> => {
    const link = await openNodeLink(options, fakeContext());
    link.agent.stdin.write('x');
    await once(link.agent.stdout, 'data');
    link.dispose();
  };
  const plainSsh = async (): Promise<void> => void (await run('ssh', ['-F', fixture.configFile, 'node', 'true']));
  const nodeStart = async (): Promise<void> => void (await run(process.execPath, ['-e', '0']));

  await warmConnect();
  await plainSsh();
  const ours: number[] = [];
  const theirs: number[] = [];
  const runtime: number[] = [];
  // Turn by turn, so that whatever else the machine does falls on all alike.
  for (let round = 0; round < rounds; round++) {
    ours.push(await timed(warmConnect));
    theirs.push(await timed(plainSsh));
    runtime.push(await timed(nodeStart));
  }
  const [our, their, start] = [median(ours), median(theirs), median(runtime)];
  console.log(`warm connect to the agent's answer  ${our.toFixed(0)} ms`);
  console.log(`ssh host true                       ${their.toFixed(0)} ms`);
  console.log(`starting Node.js alone              ${start.toFixed(0)} ms`);
  console.log(`difference ${(our - their).toFixed(0)} ms, ratio ${(our / their).toFixed(2)} (medians of ${rounds})`);
} finally {
  await fixture.dispose();
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
