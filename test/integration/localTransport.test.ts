import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LocalTransport } from '../../extension/transport/local/localTransport.ts';
import { openBundledAgent } from '../../extension/transport/local/openBundledAgent.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { runOn } from './support/readProcess.ts';

describe('this machine as a node', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-local-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('runs commands without a shell', async () => {
    const machine = await new LocalTransport('me', process.env).connect(fakeContext());
    const { stdout, code } = await runOn(machine, ['printf', '%s', '$HOME *']);
    assert.deepEqual([stdout, code], ['$HOME *', 0]);
    await assert.rejects(machine.start([join(folder, 'absent')], new AbortController().signal), /programMissing/);
    machine.dispose();
    assert.equal(await machine.closed, undefined);
  });

  it('ends what still runs when it is closed', async () => {
    const machine = await new LocalTransport('me', process.env).connect(fakeContext());
    const cat = await machine.start(['cat'], new AbortController().signal);
    machine.dispose();
    assert.equal((await cat.exited).signal, 'SIGTERM');
  });

  it('starts the agent that the extension carries with the runtime of the extension', async () => {
    const file = join(folder, 'agent.js');
    await writeFile(file, 'console.log(process.argv[2], process.env.ELECTRON_RUN_AS_NODE); process.exit(3);');
    const agent = await openBundledAgent(process.execPath, file, process.env, fakeContext());
    const [line] = await once(agent.stdout, 'data');
    assert.equal(String(line), 'serve 1\n');
    assert.equal((await agent.ended).message, 'session: agentExited {"code":3}');
  });
});
