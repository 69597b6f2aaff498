import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import type { CliEnvironment } from '../../../agent/cli/cliEnvironment.ts';
import { readCommandLine } from '../../../agent/cli/commandLine.ts';
import { runCli } from '../../../agent/cli/runCli.ts';
import { traceOutputSchema } from '../../../agent/cli/traceOutput.ts';
import { UsageError } from '../../../agent/cli/usageError.ts';
import { listDumpFiles, readDumpFile } from '../../../agent/node/files.ts';
import { fakeChangeEnvironment } from '../../fakes/fakeChanges.ts';
import { caseFolder, caseNames, loadCase, recordedModes } from '../../golden/cases.ts';

const schemaFile = join(import.meta.dirname, '../../../agent/cli/trace.schema.json');

async function run(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const environment: CliEnvironment = {
    version: '1',
    files: { list: listDumpFiles, read: readDumpFile },
    readStdin: async () => new Uint8Array(),
    collect: () => loadCase('classic', 'nftables'),
    serve: async () => 0,
    changes: () => fakeChangeEnvironment(),
    confirmInNewProcess: async () => {},
    writeStdout: async (text) => {
      out += text;
    },
    writeFile: () => assert.fail('nothing of this writes files'),
    writeStderr: (text) => {
      err += text;
    },
  };
  const status = await runCli(['trace', ...argv], environment);
  return { status, out, err };
}

const toService = ['--from', 'pod:10.0.0.9', '--to', '10.96.0.10:80/tcp'];

describe('trace', () => {
  it('prints JSON as the schema says, for every recorded case', async () => {
    for (const name of caseNames) {
      for (const mode of recordedModes) {
        const to = name.endsWith('ipv6') ? ['--from', 'node', '--to', '[fd00::1]:80'] : toService;
        const { status, out, err } = await run(...to, '--dumps', caseFolder(name, mode), '--json');
        assert.deepEqual([status, err], [0, ''], `${name} ${mode}`);
        z.strictObject(traceOutputSchema.shape).parse(JSON.parse(out));
      }
    }
  });

  it('names the line of each rule, from 1', async () => {
    const folder = caseFolder('classic', 'iptables');
    const { out } = await run(...toService, '--dumps', folder, '--json');
    const { outcomes } = traceOutputSchema.parse(JSON.parse(out));
    const rules = outcomes.flatMap(({ steps }) => steps.filter(({ rule }) => rule !== undefined));
    assert.ok(rules.length > 0);
    for (const { part = '', line = 0, rule } of rules) {
      assert.equal(readFileSync(part, 'utf8').split('\n')[line - 1], rule);
    }
  });

  it('prints text without --json, and reads the kernel without --dumps', async () => {
    const { out } = await run(...toService);
    const [packet, , first = '', second = ''] = out.split('\n');
    assert.equal(packet, 'tcp 10.0.0.9:40000 -> 10.96.0.10:80');
    assert.match(first, /^1\. {2}1\/3 {2}accept {2}.* -> 10\.0\.0\.2:8080 {2}PREROUTING, FORWARD, POSTROUTING$/);
    assert.equal(first.indexOf('->'), second.indexOf('->'));
    assert.match(out, /^ {2}PREROUTING .*vmap @service-ips$/m);
    assert.match(out, /^Way 2, after the first \d+ steps of way 1:$/m);
  });

  it('prints the schema that is in the repository', async () => {
    const { out } = await run('--schema');
    assert.equal(out, readFileSync(schemaFile, 'utf8'));
    assert.deepEqual(JSON.parse(out), z.toJSONSchema(traceOutputSchema), 'write it anew with npm run schema');
  });

  it('tells packets that cannot be', async () => {
    const { status, err } = await run('--from', 'pod:10.0.0.9', '--to', '[fd00::1]:80');
    assert.deepEqual([status, err], [1, 'A packet from 10.0.0.9 cannot go to fd00::1.\n']);
  });
});

describe('the command line of trace', () => {
  const request = { from: { kind: 'node' }, destination: '10.96.0.10', protocol: 'tcp', port: 80 };
  const valid: readonly [argv: string, expected: object][] = [
    ['--from node --to 10.96.0.10:80', request],
    ['--from node:192.0.2.10 --to 10.96.0.10:80/tcp', { ...request, from: { kind: 'node', ip: '192.0.2.10' } }],
    [
      '--from pod:fd00::9 --to [fd00::10]:53/udp',
      {
        from: { kind: 'pod', ip: 'fd00::9' },
        destination: 'fd00::10',
        protocol: 'udp',
        port: 53,
      },
    ],
    [
      '--from external:198.51.100.7%eth0 --to fd00::10/icmp',
      {
        from: { kind: 'external', ip: '198.51.100.7', device: 'eth0' },
        destination: 'fd00::10',
        protocol: 'icmp',
      },
    ],
    ['--from node --to 10.96.0.10:80 --mark 0x4000 --source-port 5', { ...request, mark: 0x4000, sourcePort: 5 }],
    ['--from node --to 10.96.0.10:80 --state invalid', { ...request, connection: { state: 'invalid' } }],
    [
      '--from node --to 10.96.0.10:80 --translated-to 10.0.0.2:8080',
      {
        ...request,
        connection: { state: 'established', translatedTo: '10.0.0.2:8080' },
      },
    ],
    ['--from node --to 10.96.0.10:80 --remembered 10.0.0.2:8080', { ...request, remembered: '10.0.0.2:8080' }],
  ];
  for (const [argv, expected] of valid) {
    it(argv, () => {
      const found = readCommandLine(['trace', ...argv.split(' '), '--dumps', 'a', 'b', '--json']);
      assert.deepEqual(found, { command: 'trace', request: expected, dumps: ['a', 'b'], output: 'json' });
    });
  }

  const invalid = [
    '--from node',
    '--to 10.96.0.10:80',
    '--from pod --to 10.96.0.10:80',
    '--from pod:10.0.0.9%eth0 --to 10.96.0.10:80',
    '--from elsewhere:10.0.0.9 --to 10.96.0.10:80',
    '--from node --to 10.96.0.10',
    '--from node --to 10.96.0.10:80/icmp',
    '--from node --to 10.96.0.10:80/gre',
    '--from node --to 10.96.0.10:65536',
    '--from node --to 10.96.0.10:80 --mark -1',
    '--from node --to 10.96.0.10:80 --state fresh',
    '--from node --to 10.96.0.10:80 --state new --translated-to 10.0.0.2:80',
    '--from node --to 10.96.0.10:80 --json --text',
    '--from node --to 10.96.0.10:80 more',
  ];
  for (const argv of invalid) {
    it(`refuses ${argv}`, () => {
      assert.throws(() => readCommandLine(['trace', ...argv.split(' ')]), UsageError);
    });
  }
});
