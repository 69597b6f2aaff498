import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import type { CliEnvironment } from '../../../agent/cli/cliEnvironment.ts';
import { runCli } from '../../../agent/cli/runCli.ts';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { listDumpFiles, readDumpFile } from '../../../agent/node/files.ts';
import { fakeChangeEnvironment } from '../../fakes/fakeChanges.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';
import { caseFolder, objectsText } from '../../golden/cases.ts';
import { nodeSnapshot } from '../../support/comparedNode.ts';
import { objectsOf, service } from '../../support/madeObjects.ts';

const node = nodeSnapshot(
  objectsOf(service('shop', { nodePort: 30_080, endpoints: [['10.244.1.2', 'b']] })),
  'iptables',
);

async function run(argv: readonly string[], snapshot: Snapshot = node, stdin = '') {
  let [out, err] = ['', ''];
  const environment: CliEnvironment = {
    version: '1.2.3',
    files: { list: listDumpFiles, read: readDumpFile },
    readStdin: async () => Buffer.from(stdin),
    collect: async () => snapshot,
    serve: () => assert.fail('nothing is served'),
    changes: () => fakeChangeEnvironment(),
    confirmInNewProcess: () => assert.fail('nothing is changed'),
    writeStdout: async (bytes) => {
      out += Buffer.from(bytes).toString();
    },
    writeFile: () => assert.fail('no file is written'),
    writeStderr: (text) => {
      err += text;
    },
  };
  const status = await runCli(['compare', ...argv], environment);
  return { status, out, err };
}

const printed = z.object({
  from: z.string(),
  to: z.string(),
  packets: z.number(),
  unknown: z.number(),
  rows: z.array(z.object({ code: z.string(), service: z.string() })),
  counts: z.record(z.string(), z.number()),
  assumptions: z.array(z.object({ code: z.string(), message: z.string() })),
  costs: z.object({ modes: z.array(z.object({ mode: z.string(), rules: z.number() })) }),
});

describe('compare', () => {
  it('prints what another mode would change, for people', async () => {
    const { status, out } = await run(['--to', 'nftables']);
    assert.equal(status, 0);
    assert.match(out, /^# From iptables to nftables mode: node-a$/m);
    assert.match(out, /^## Node ports on localhost$/m);
    assert.match(out, /^## What 1 Services with 1 endpoints need$/m);
    assert.match(out, /^\| Virtual servers \| 0 \| \d+ \| 0 \|$/m);
  });

  it('prints the same as JSON', async () => {
    const { status, out } = await run(['--to', 'nftables', '--json']);
    assert.equal(status, 0);
    const { from, to, rows, counts, costs } = printed.parse(JSON.parse(out));
    assert.deepEqual([from, to], ['iptables', 'nftables']);
    assert.equal(counts['localhost-node-port'], 1);
    assert.ok(rows.some(({ code, service: name }) => code === 'localhost-node-port' && name === 'default/shop'));
    assert.deepEqual(
      costs.modes.map(({ mode }) => mode),
      ['iptables', 'ipvs', 'nftables'],
    );
  });

  it('takes dumps, objects and what kube-proxy is told', async () => {
    const argv = ['--to', 'iptables', '--dumps', caseFolder('classic', 'ipvs'), '--objects', '-', '--json'];
    const { status, out } = await run([...argv, '--node-ip', '10.0.2.15'], node, objectsText('classic'));
    assert.equal(status, 0);
    const { from, unknown, rows, assumptions } = printed.parse(JSON.parse(out));
    assert.equal(from, 'ipvs');
    assert.equal(unknown, 0);
    assert.ok(rows.some(({ service: name }) => name === 'default/app1'));
    const codes = assumptions.map(({ code }) => code);
    for (const code of ['objects-from-rules', 'node-address-unknown']) assert.ok(!codes.includes(code), code);
  });

  it('says what is missing', async () => {
    assert.deepEqual(await run([]), { status: 2, out: '', err: 'compare needs --to.\nTry --help.\n' });
    assert.equal((await run(['--to', 'userspace'])).status, 2);
    assert.equal((await run(['--to', 'ipvs', '--json', '--markdown'])).status, 2);
    assert.equal((await run(['--to', 'ipvs', 'dumps'])).status, 2);
    const bare = snapshotOf(partWith('iptables-save', 'iptables-save', '*nat\nCOMMIT\n'));
    const { status, err } = await run(['--to', 'ipvs'], bare);
    assert.equal(status, 1);
    assert.match(err, /^No rules of kube-proxy/);
  });
});
