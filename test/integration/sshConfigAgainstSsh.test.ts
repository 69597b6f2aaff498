import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { currentEnvironment } from '../../extension/transport/clientEnvironment.ts';
import { resolveHost } from '../../extension/transport/sshConfig/resolveHost.ts';
import { parseTypedHost } from '../../extension/transport/sshConfig/typedHost.ts';

/** Configurations whose meaning OpenSSH itself is asked for (`ssh -G`). */
const configurations: readonly string[] = [
  '',
  'Host node*\n HostName %h.example.org\n User admin\nHost *\n User x\n Port 2222\n',
  'Host !node1 *\n Port 1\nHost node? \n Port 2\n',
  'Port=23\nUser = "quoted"\n IdentityFile "~/with space"\n IdentityFile ~/%r@%h:%p\n IdentityFile ~/%u-%%\n',
  'Match host node1\n Port 3\nMatch originalhost node2 user root\n Port 4\nMatch all\n Port 5\n',
  'Host node1\n HostName other.example.org\nMatch host other.*\n Port 6\nMatch host node1\n Port 7\n',
  'Match !host node1\n Port 8\nMatch final host node1\n Port 9\nMatch final all\n User last\n',
  'Match user root,admin\n Port 10\nMatch localuser nobody\n Port 11\n',
  'Include INCLUDES/a*\nHost node2\n Include INCLUDES/b\n',
  'Host node1\n ProxyJump a,b@c:9\n',
  'ProxyJump none\nProxyJump x\n',
  'IdentitiesOnly yes\nStrictHostKeyChecking accept-new\nHostKeyAlias alias\nHashKnownHosts yes\nConnectTimeout 1m\n',
  'UserKnownHostsFile ~/a /b "/c d"\nGlobalKnownHostsFile /e\n',
  'AddressFamily inet6\nIdentityAgent ~/agent.sock\n# comment\n\n   # indented comment\nPreferredAuthentications password,publickey\n',
  'IdentityFile none\n',
];

const typedHosts = ['node1', 'node2', 'root@node1', 'admin@node2:77'];

describe('ssh_config against OpenSSH', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-config-'));
    mkdirSync(join(folder, 'includes'));
    writeFileSync(join(folder, 'includes', 'a1'), 'Host node1\n Port 21\n');
    writeFileSync(join(folder, 'includes', 'a2'), 'User includer\n');
    writeFileSync(join(folder, 'includes', 'b'), 'Port 22022\nHost never\n User never\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [index, text] of configurations.entries()) {
    it(`means the same: ${JSON.stringify(text)}`, async () => {
      const file = join(folder, `config${index}`);
      writeFileSync(file, text.replaceAll('INCLUDES', join(folder, 'includes')));
      for (const typed of typedHosts) {
        const host = parseTypedHost(typed);
        assert.ok(host);
        const ours = await resolveHost(host, currentEnvironment(), file);
        const theirs = askSsh(file, typed);
        const one = (name: string): string | undefined => theirs.get(name)?.[0];
        const label = `${typed}: `;
        assert.equal(ours.hostName, one('hostname'), `${label}hostname`);
        assert.equal(String(ours.port), one('port'), `${label}port`);
        assert.equal(ours.user, one('user'), `${label}user`);
        assert.equal(ours.identitiesOnly ? 'yes' : 'no', one('identitiesonly'), `${label}identitiesonly`);
        assert.equal(ours.hostKeyAlias, one('hostkeyalias'), `${label}hostkeyalias`);
        assert.equal(ours.hashKnownHosts ? 'yes' : 'no', one('hashknownhosts'), `${label}hashknownhosts`);
        assert.equal(ours.userKnownHostsFiles.join(' '), expandHome(one('userknownhostsfile')), `${label}known hosts`);
        assert.deepEqual(
          ours.jumps.map((jump) => `${jump.user ?? ''}@${jump.alias}:${jump.port ?? ''}`),
          (one('proxyjump')?.split(',') ?? [])
            .filter((jump) => jump !== 'none')
            .map((jump) => {
              const parsed = parseTypedHost(jump);
              return `${parsed?.user ?? ''}@${parsed?.alias}:${parsed?.port ?? ''}`;
            }),
          `${label}proxyjump`,
        );
        const written = text.includes('IdentityFile');
        const files = (theirs.get('identityfile') ?? []).filter((path) => path !== 'none');
        // `ssh -G` does not expand tokens in these; without IdentityFile it lists kinds that ssh2 has no use for.
        if (written) assert.equal(ours.identityFiles.length, files.length, `${label}identityfile`);
        else for (const path of ours.identityFiles) assert.ok(files.map(expandHome).includes(path), `${label}${path}`);
      }
    });
  }
});

function askSsh(file: string, typed: string): Map<string, string[]> {
  const output = execFileSync('ssh', ['-G', '-F', file, ...sshArguments(typed)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(0, space);
    values.set(name, [...(values.get(name) ?? []), line.slice(space + 1)]);
  }
  return values;
}

function sshArguments(typed: string): string[] {
  const host = parseTypedHost(typed);
  return [
    ...(host?.user === undefined ? [] : ['-l', host.user]),
    ...(host?.port === undefined ? [] : ['-p', String(host.port)]),
    host?.alias ?? '',
  ];
}

function expandHome(path = ''): string {
  return path.replaceAll(/(^| )~\//g, `$1${homedir()}/`);
}
