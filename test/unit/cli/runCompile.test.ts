import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CliEnvironment } from '../../../agent/cli/cliEnvironment.ts';
import { readCompileCommand } from '../../../agent/cli/compileCommand.ts';
import { runCompile } from '../../../agent/cli/runCompile.ts';
import { FileError } from '../../../agent/node/files.ts';

const objects = [
  { kind: 'Service', metadata: { name: 'web' }, spec: { clusterIPs: ['10.96.0.9', 'fd00::9'], ports: [{ port: 80 }] } },
  ...['IPv4', 'IPv6'].map((addressType) => ({
    kind: 'EndpointSlice',
    metadata: { name: `web-${addressType}`, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType,
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: [addressType === 'IPv4' ? '10.244.0.1' : 'fd00:1::1'] }],
  })),
].map((object) => JSON.stringify(object));

/** Runs `compile` over files in memory. */
async function compile(values: Record<string, unknown>, files: Readonly<Record<string, string>> = {}, stdin = '') {
  const written = new Map<string, string>();
  const said = { out: '', err: '' };
  const unused = () => assert.fail('compile needs nothing of this');
  const environment: CliEnvironment = {
    version: '',
    files: {
      list: async (path) => [path],
      read: async (path) => {
        const text = files[path];
        if (text === undefined) throw new FileError('not-found', `${path} does not exist.`, { path });
        return Buffer.from(text);
      },
    },
    readStdin: async () => Buffer.from(stdin),
    collect: unused,
    serve: unused,
    changes: unused,
    confirmInNewProcess: unused,
    writeStdout: async (bytes) => {
      said.out += Buffer.from(bytes).toString();
    },
    writeFile: async (folder, name, text) => {
      written.set(name, text);
      return `${folder}/${name}`;
    },
    writeStderr: (text) => {
      said.err += text;
    },
  };
  const command = readCompileCommand({ mode: 'iptables', node: 'n', 'node-ip': '192.0.2.1', ...values }, []);
  const understood = await runCompile(command, environment);
  return { understood, written, ...said };
}

describe('compile', () => {
  const modes: readonly [mode: string, files: Readonly<Record<string, RegExp>>][] = [
    [
      'iptables',
      {
        'sysctl.conf': /^net\/ipv4\/conf\/all\/route_localnet = 1$/m,
        'iptables-restore.ipv4': /-A KUBE-SEP-\w+ .*-j DNAT --to-destination 10\.244\.0\.1:8080$/m,
        'iptables-restore.ipv6': /-A KUBE-SEP-\w+ .*-j DNAT --to-destination \[fd00:1::1\]:8080$/m,
      },
    ],
    [
      'ipvs',
      {
        'ipset-restore.ipv4': /^add KUBE-CLUSTER-IP 10\.96\.0\.9,tcp:80$/m,
        'ipset-restore.ipv6': /^add KUBE-6-CLUSTER-IP fd00::9,tcp:80$/m,
        'ipvsadm-restore.ipv4': /^-a -t 10\.96\.0\.9:80 -r 10\.244\.0\.1:8080 -m -w 1$/m,
        'ipvsadm-restore.ipv6': /^-a -t \[fd00::9\]:80 -r \[fd00:1::1\]:8080 -m -w 1$/m,
        'sysctl.conf': /^net\/ipv4\/vs\/conntrack = 1$/m,
        'iptables-restore.ipv4': /^-A KUBE-SERVICES .*--match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT$/m,
        'iptables-restore.ipv6': /^-A KUBE-SERVICES .*--match-set KUBE-6-CLUSTER-IP dst,dst -j ACCEPT$/m,
        'ip-batch.ipv4': /^link add name kube-ipvs0 type dummy\naddress replace 10\.96\.0\.9\/32 dev kube-ipvs0$/m,
        'ip-batch.ipv6': /^address replace fd00::9\/128 dev kube-ipvs0\n$/,
      },
    ],
    ['nftables', { 'nft.ipv4': /dnat to 10\.244\.0\.1:8080|10\.244\.0\.1 \. 8080/, 'nft.ipv6': /fd00:1::1/ }],
  ];
  for (const [mode, files] of modes) {
    it(`writes what the tools of ${mode} mode read, and says how`, async () => {
      const given = { mode, objects: ['o'], 'node-ip': '192.0.2.1,fd00::2', out: 'dir' };
      const { understood, written, out, err } = await compile(given, { o: objects.join('\n') });
      assert.deepEqual([understood, err], [true, '']);
      assert.deepEqual([...written.keys()], Object.keys(files));
      for (const [name, pattern] of Object.entries(files)) {
        assert.match(written.get(name) ?? '', pattern);
        assert.match(out, new RegExp(`^[\\w /-]+ < dir/${name.replace('.', '\\.')}$`, 'm'));
      }
    });
  }

  it('prints them one after the other', async () => {
    const { out, written } = await compile({ objects: ['-'] }, {}, objects.join('\n'));
    assert.equal(written.size, 0);
    assert.match(
      out,
      /^# sysctl\.conf: sysctl -p -\nnet[\s\S]*\n# iptables-restore\.ipv4: iptables-restore [\s\S]*\nCOMMIT\n$/,
    );
  });

  it('takes the objects of several files together', async () => {
    const [service = '', ...slices] = objects;
    const { out } = await compile({ objects: ['a', 'b'] }, { a: service, b: slices.join('\n') });
    assert.match(out, /10\.244\.0\.1:8080/);
  });

  it('says which objects it left out, and that it did', async () => {
    const broken = JSON.stringify({ kind: 'Service', metadata: { name: 'x' }, spec: { ports: [{ port: 70_000 }] } });
    const { understood, err, out } = await compile({ objects: ['o'] }, { o: `${objects.join('\n')}\n${broken}` });
    assert.equal(understood, false);
    assert.match(
      err,
      /^o:4: This Service was left out because object\[3\]\.spec\.ports\.0\.port is not valid: .*\.\n$/,
    );
    assert.match(out, /10\.244\.0\.1:8080/);
  });
});
