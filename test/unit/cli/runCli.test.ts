import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import type { CliEnvironment } from '../../../agent/cli/cliEnvironment.ts';
import { readOutputSchema } from '../../../agent/cli/readOutput.ts';
import { runCli } from '../../../agent/cli/runCli.ts';
import { FileError } from '../../../agent/node/files.ts';
import { agentVersion } from '../../../agent/version.ts';
import { fakeChangeEnvironment } from '../../fakes/fakeChanges.ts';
import { caseFolder, caseNames, loadCase, objectsText, recordedModes } from '../../golden/cases.ts';

const project = join(import.meta.dirname, '../../..');

/** Runs a command line over files in memory; those that are undefined can be listed but not read. */
async function run(
  argv: readonly string[],
  files: Readonly<Record<string, string | Uint8Array | undefined>> = {},
  stdin = '',
) {
  const out: Uint8Array[] = [];
  let err = '';
  const environment: CliEnvironment = {
    version: agentVersion,
    files: {
      list: async (path) => {
        const inside = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
        if (inside.length === 0 && !(path in files)) notFound(path);
        return inside.length > 0 ? inside : [path];
      },
      read: async (path) => Buffer.from(files[path] ?? notFound(path)),
    },
    readStdin: async () => Buffer.from(stdin),
    collect: () => loadCase('classic', 'nftables'),
    serve: async () => 0,
    changes: () => fakeChangeEnvironment(),
    confirmInNewProcess: async () => {},
    writeStdout: async (bytes) => {
      out.push(Buffer.from(bytes));
    },
    writeFile: () => assert.fail('nothing of this writes files'),
    writeStderr: (text) => {
      err += text;
    },
  };
  const status = await runCli(argv, environment);
  return { status, bytes: Buffer.concat(out), out: Buffer.concat(out).toString(), err };
}

function notFound(path: string): never {
  throw new FileError('not-found', `${path} does not exist.`, { path });
}

function recorded(name: string, mode: string, file: string): string {
  return readFileSync(join(caseFolder(name, mode), file), 'utf8');
}

describe('read', () => {
  const rules = recorded('classic', 'iptables', 'iptables-save.txt');

  it('prints JSON as the schema says, for every recorded case', async () => {
    for (const name of caseNames) {
      for (const mode of recordedModes) {
        const snapshot = await loadCase(name, mode);
        const files = Object.fromEntries(snapshot.parts.map(({ id, text }) => [`dump/${id.split('/').at(-1)}`, text]));
        const { status, out, err } = await run(['read', '--from', 'dump', '--json'], files);
        assert.deepEqual([status, err], [0, '']);
        readOutputSchema.parse(JSON.parse(out));
      }
    }
  });

  it('says what stands in the rules of one Service', async () => {
    const { out } = await run(['read', '--from', 'rules', '--json'], { rules });
    const { mode, backends, services, problems } = readOutputSchema.parse(JSON.parse(out));
    assert.deepEqual(
      { mode, backends, problems },
      {
        mode: 'iptables',
        backends: { iptables: ['nf_tables'], nftables: false, ipvs: false },
        problems: [],
      },
    );
    assert.deepEqual(
      services.map(({ namespace, name, port, frontends, endpoints, chains }) => ({
        namespace,
        name,
        port,
        frontends: frontends.map(({ kind, ip, port: number }) => ({ kind, ip, port: number })),
        endpoints: endpoints.map(({ ip, port: number, share }) => ({ ip, port: number, share })),
        chains: chains?.length,
      })),
      [
        {
          namespace: 'default',
          name: 'app1',
          port: { name: '', protocol: 'TCP', port: 80 },
          frontends: [{ kind: 'clusterIP', ip: '10.96.0.10', port: 80 }],
          endpoints: [2, 3, 4].map((last) => ({ ip: `10.0.0.${last}`, port: 8080, share: 1 / 3 })),
          chains: 4,
        },
      ],
    );
    const [line] = [rules.split('\n')[(services[0]?.frontends[0]?.line ?? 0) - 1]];
    assert.match(line ?? '', /^-A KUBE-SERVICES -d 10\.96\.0\.10\/32 /);
  });

  it('draws a tree', async () => {
    const { out } = await run(['read', '--from', 'rules', '--tree'], { rules });
    assert.match(
      out,
      /^rules {2}mode iptables, rules in iptables \(nf_tables\)\n├─ default\n│ {2}└─ app1 {2}80\/TCP\n/,
    );
    assert.match(out, /└─ 10\.0\.0\.4:8080 {2}33\.3 % {2}KUBE-SEP-/);
  });

  it('reads the kernel without --from', async () => {
    const { out } = await run(['read', '--tree']);
    assert.match(out, /mode nftables/);
  });

  it('takes objects from an option or from among the dumps', async () => {
    const files = {
      'dump/ipvsadm-save.txt': recorded('classic', 'ipvs', 'ipvsadm-save.txt'),
      'dump/ipset-save.txt': recorded('classic', 'ipvs', 'ipset-save.txt'),
    };
    const objects = objectsText('classic');
    const without = await run(['read', '--from', 'dump'], files);
    assert.match(without.out, /no names known/);
    const option = await run(['read', '--from', 'dump', '--objects', 'o'], { ...files, o: objects });
    assert.match(option.out, /└─ default\n {3}└─ app1 {2}80\/TCP/);
    const among = await run(['read', '--from', 'dump'], { ...files, 'dump/objects.jsonl': objects });
    assert.equal(among.out, option.out);
  });

  it('tells problems of objects', async () => {
    const { out } = await run(['read', '--from', 'rules', '--objects', 'o', '--json'], {
      rules,
      o: '{"kind":"Service"}',
    });
    const { problems } = readOutputSchema.parse(JSON.parse(out));
    assert.deepEqual(
      problems.map(({ code, file, line }) => [code, file, line]),
      [['object-invalid', 'o', 1]],
    );
  });

  it('tells when there are no Services among the objects', async () => {
    for (const o of ['', 'apiVersion: v1\nkind: Pod\n', '[]']) {
      const { out } = await run(['read', '--from', 'rules', '--objects', 'o', '--json'], { rules, o });
      const { problems } = readOutputSchema.parse(JSON.parse(out));
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['objects-without-services'],
      );
    }
  });

  it('fails with a sentence and status 1 for a path that is not there', async () => {
    assert.deepEqual(await run(['read', '--from', 'nowhere']), {
      status: 1,
      bytes: Buffer.alloc(0),
      out: '',
      err: 'nowhere does not exist.\n',
    });
  });

  it('ends with status 1 when it could read only a part', async () => {
    const { status, out } = await run(['read', '--from', 'dump'], { 'dump/rules': rules, 'dump/gone': undefined });
    assert.equal(status, 1);
    assert.match(out, /KUBE-SVC-/);
    assert.match(out, /error: dump\/gone could not be read\. dump\/gone does not exist\./);
  });

  it('prints the schema that is in the repository', async () => {
    const { out } = await run(['read', '--schema']);
    assert.equal(out, readFileSync(join(project, 'agent/cli/read.schema.json'), 'utf8'));
    assert.deepEqual(JSON.parse(out), z.toJSONSchema(readOutputSchema), 'write it anew with npm run schema');
  });
});

describe('parse', () => {
  const save = recorded('random-1', 'iptables', 'iptables-save.txt');

  it('prints back bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(save), Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a])]);
    const { status, bytes: printed } = await run(['parse', 'f', '--print'], { f: bytes });
    assert.equal(status, 0);
    assert.deepEqual(printed, bytes);
  });

  it('reads standard input', async () => {
    const { out } = await run(['parse', '-', '--print'], {}, save);
    assert.equal(out, save);
  });

  it('shows every rule that it understood', async () => {
    const { out } = await run(['parse', 'f', '--json'], { f: save });
    const { language, tables, chains, rules, problems } = JSON.parse(out);
    assert.deepEqual([language, tables.length, problems], ['iptables', 3, []]);
    assert.equal(rules.length, save.split('\n').filter((line) => line.startsWith('-A ')).length);
    assert.ok(
      chains.some((chain: { name: string; rules: number }) => chain.name === 'KUBE-SERVICES' && chain.rules > 0),
    );
  });

  it('shows what it did not understand in a rule', async () => {
    const { out } = await run(['parse', 'f', '--json'], {
      f: '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT --odd\nCOMMIT\n',
    });
    const { problems } = JSON.parse(out);
    assert.equal(problems.length, 1);
    assert.deepEqual([problems[0].code, problems[0].line, problems[0].column], ['unknown-option', 3, 10]);
  });

  for (const [file, list] of [
    ['ipset-save.txt', 'sets'],
    ['ipvsadm-save.txt', 'virtualServers'],
    ['ipvsadm-stats.txt', 'virtualServers'],
    ['kube-ipvs0.txt', 'addresses'],
  ] as const) {
    it(`shows ${list} of ${file}`, async () => {
      const { out } = await run(['parse', 'f', '--json'], { f: recorded('random-1', 'ipvs', file) });
      assert.ok(JSON.parse(out)[list].length > 10);
    });
  }

  for (const file of ['nft.json', 'nft.txt']) {
    it(`shows tables of ${file}, in the language that is said`, async () => {
      const { out } = await run(['parse', 'f', '--language', 'nft', '--json'], {
        f: recorded('random-1', 'nftables', file),
      });
      const { tables } = JSON.parse(out);
      assert.ok(
        tables[0].chains.some((chain: { rules: { statements: unknown[] }[] }) => chain.rules[0]?.statements.length),
      );
    });
  }

  it('prints nothing of nothing', async () => {
    const { status, bytes } = await run(['parse', '-', '--print'], {}, '');
    assert.deepEqual([status, bytes.length], [0, 0]);
  });

  it('fails when nobody knows what a file is written in', async () => {
    const { status, err } = await run(['parse', 'f', '--print'], { f: 'hello\n' });
    assert.deepEqual([status, err], [1, 'It cannot be told what f is written in; say it with --language.\n']);
  });
});

describe('the rest', () => {
  it('prints help and version', async () => {
    assert.match((await run(['--help'])).out, /^Reads the Service rules/);
    assert.equal((await run(['--version'])).out, `${agentVersion}\n`);
  });

  it('has the version of the package', () => {
    assert.equal(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version, agentVersion);
  });

  it('ends with status 2 for a wrong command line', async () => {
    const { status, err } = await run(['write']);
    assert.deepEqual([status, err], [2, 'There is no command "write".\nTry --help.\n']);
  });

  it('does not swallow defects', async () => {
    await assert.rejects(
      run(
        ['parse', 'f', '--print'],
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('defect');
            },
          },
        ),
      ),
      /defect/,
    );
  });
});
