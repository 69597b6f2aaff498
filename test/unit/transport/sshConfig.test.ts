import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { isTransportError, TransportError } from '../../../extension/common/transportError.ts';
import type { ClientEnvironment } from '../../../extension/transport/clientEnvironment.ts';
import { findRoute } from '../../../extension/transport/ssh/route.ts';
import { listHosts } from '../../../extension/transport/sshConfig/listHosts.ts';
import { resolveHost } from '../../../extension/transport/sshConfig/resolveHost.ts';
import { parseTypedHost } from '../../../extension/transport/sshConfig/typedHost.ts';

let home = '';
let environment: ClientEnvironment;
/** Used instead of the user's own file, so that this machine's system-wide file plays no part. */
let config = '';

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'kube-service-rules-test-'));
});
after(() => rm(home, { recursive: true }));
beforeEach(() => {
  config = join(home, '.ssh', 'config');
  environment = {
    platform: 'linux',
    homeFolder: home,
    userName: 'me',
    userId: 1000,
    hostName: 'laptop.example.org',
    variables: { KEYS: '/keys', SSH_AUTH_SOCK: '/run/agent' },
  };
});

async function write(path: string, text: string): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function resolve(text: string, typed: string): Promise<Awaited<ReturnType<typeof resolveHost>>> {
  await write('.ssh/config', text);
  const host = parseTypedHost(typed);
  assert.ok(host);
  return resolveHost(host, environment, config);
}

describe('ssh_config', () => {
  it('has OpenSSH defaults for a host that no file mentions', async () => {
    const settings = await resolve('', 'node1');
    assert.equal(settings.hostName, 'node1');
    assert.equal(settings.port, 22);
    assert.equal(settings.user, 'me');
    assert.equal(settings.strictHostKeyChecking, 'ask');
    assert.deepEqual(settings.identityAgent, { kind: 'environment' });
    assert.ok(settings.identityFiles.includes(join(home, '.ssh/id_ed25519')));
    assert.deepEqual(settings.userKnownHostsFiles, [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')]);
    assert.deepEqual(settings.authenticationMethods, ['publickey', 'keyboard-interactive', 'password']);
  });

  it('takes the first value, except for IdentityFile, of which all count', async () => {
    const settings = await resolve(
      `Host node*
  HostName %h.example.org
  User=admin
  IdentityFile ~/a
Host *
  User nobody
  port 2222
  IdentityFile "%d/with space/%r@%h-%p-%u"
  IdentityFile \${KEYS}/b
`,
      'node1',
    );
    assert.equal(settings.hostName, 'node1.example.org');
    assert.equal(settings.user, 'admin');
    assert.equal(settings.port, 2222);
    assert.deepEqual(settings.identityFiles, [
      join(home, 'a'),
      join(home, 'with space/admin@node1.example.org-2222-me'),
      '/keys/b',
    ]);
  });

  it('lets what was typed go before the files', async () => {
    const settings = await resolve('Host node1\n User admin\n Port 22\n', 'root@node1:2200');
    assert.equal(settings.user, 'root');
    assert.equal(settings.port, 2200);
  });

  it('follows Include with globs, relative to ~/.ssh, within the block it stands in', async () => {
    await write('.ssh/conf.d/10-a', 'Host node1\n Port 1001\n');
    await write('.ssh/conf.d/20-b', 'User included\n');
    await write('.ssh/conf.d/.hidden', 'Port 9\n');
    const text = 'Host other\n Include conf.d/20-*\nHost *\n Include conf.d/*\n Port 2\n';
    const settings = await resolve(text, 'node1');
    assert.equal(settings.port, 1001);
    assert.equal(settings.user, 'included');
    assert.equal((await resolve('Host other\n Include conf.d/20-*\n', 'node1')).user, 'me');
  });

  it('refuses an Include that includes itself, with its place', async () => {
    const text = 'Include config\n';
    await assert.rejects(resolve(text, 'node1'), (error: unknown) => {
      assert.ok(isTransportError(error, 'sshConfigTooDeep'));
      assert.deepEqual(error.args, { file: config, line: 1 });
      return true;
    });
  });

  it('names the line that cannot be read', async () => {
    for (const [text, line] of [
      ['Host node1\n User "open\n', 2],
      ['\n\nHost\n', 3],
      ['Port many\n', 1],
      ['IdentityFile ~/%q\n', 1],
      ['Match host\n', 1],
    ] as const) {
      await assert.rejects(resolve(text, 'node1'), (error: unknown) => {
        assert.ok(error instanceof TransportError, text);
        assert.equal(error.reason, 'sshConfigInvalid', text);
        assert.deepEqual(error.args, { file: config, line });
        return true;
      });
    }
  });

  it('evaluates Match by host, originalhost, user, localuser and all, with negation and final', async () => {
    const text = `Host short
  HostName long.example.org
Match host *.example.org user me
  Port 2001
Match originalhost short !localuser me
  User wrong
Match final host long.example.org
  User last
Match all
  ConnectTimeout 2m
`;
    const settings = await resolve(text, 'short');
    assert.equal(settings.port, 2001);
    assert.equal(settings.user, 'last');
    assert.equal(settings.connectTimeoutSeconds, 120);
  });

  it('names what only the system ssh can do, and only where it matters', async () => {
    const text = `Match originalhost node1 exec "test -e /tmp"
  Port 1
Host node2
  ProxyCommand nc %h %p
Host node3
  CertificateFile ~/id-cert.pub
Host node4
  ProxyCommand none
  CanonicalizeHostname no
`;
    const features = async (host: string): Promise<string[]> =>
      (await resolve(text, host)).openSshFeatures.map(({ feature, line }) => `${feature} ${line}`);
    assert.deepEqual(await features('node1'), ['Match exec 1']);
    assert.deepEqual(await features('node2'), ['ProxyCommand 4']);
    assert.deepEqual(await features('node3'), ['CertificateFile 6']);
    assert.deepEqual(await features('node4'), []);
  });

  it('finds the way through jump hosts, with what the configuration says of them', async () => {
    const text = `Host target
  ProxyJump admin@first:2222,second
Host first
  HostName 192.0.2.1
Host second
  ProxyJump unused
Host nested
  ProxyJump target
Host a
  ProxyJump b
Host b
  ProxyJump a
`;
    await write('.ssh/config', text);
    const hops = async (alias: string): Promise<string[]> =>
      (await findRoute({ alias }, environment, config)).map((hop) => `${hop.user}@${hop.hostName}:${hop.port}`);
    assert.deepEqual(await hops('target'), ['admin@192.0.2.1:2222', 'me@second:22', 'me@target:22']);
    assert.deepEqual(await hops('nested'), ['admin@192.0.2.1:2222', 'me@second:22', 'me@target:22', 'me@nested:22']);
    await assert.rejects(hops('a'), /sshConfigTooDeep/);
  });

  it('takes whichever of ProxyJump and ProxyCommand comes first', async () => {
    const jump = await resolve('ProxyJump gate\nProxyCommand nc %h %p\n', 'node1');
    assert.deepEqual([jump.jumps.length, jump.openSshFeatures.length], [1, 0]);
    const command = await resolve('ProxyCommand nc %h %p\nProxyJump gate\n', 'node1');
    assert.deepEqual([command.jumps.length, command.openSshFeatures.length], [0, 1]);
    assert.deepEqual((await resolve('ProxyJump none\n', 'node1')).jumps, []);
  });

  it('reads agents on every platform', async () => {
    const agentOf = async (value: string): Promise<unknown> =>
      (await resolve(`IdentityAgent ${value}\n`, 'node1')).identityAgent;
    assert.deepEqual(await agentOf('none'), { kind: 'none' });
    assert.deepEqual(await agentOf('SSH_AUTH_SOCK'), { kind: 'environment' });
    assert.deepEqual(await agentOf('$SSH_AUTH_SOCK'), { kind: 'path', path: '/run/agent' });
    assert.deepEqual(await agentOf('"~/my agent"'), { kind: 'path', path: join(home, 'my agent') });
    assert.deepEqual(await agentOf('pageant'), { kind: 'path', path: 'pageant' });
    const pipe = { kind: 'path', path: '\\\\.\\pipe\\openssh-ssh-agent' };
    assert.deepEqual(await agentOf('\\\\.\\pipe\\openssh-ssh-agent'), pipe);
    assert.deepEqual(await agentOf('//./pipe/openssh-ssh-agent'), pipe);
  });

  it('reads files with CRLF line ends, a byte order mark and comments', async () => {
    const settings = await resolve('\uFEFF# mine\r\nHost node1\r\n\tPort 2222\r\n\r\n# end', 'node1');
    assert.equal(settings.port, 2222);
  });

  it('treats StrictHostKeyChecking no like accept-new', async () => {
    assert.equal((await resolve('StrictHostKeyChecking no\n', 'n')).strictHostKeyChecking, 'accept-new');
    assert.equal((await resolve('StrictHostKeyChecking yes\n', 'n')).strictHostKeyChecking, 'yes');
  });

  it('uses Windows paths on Windows', async () => {
    await write('.ssh/config', 'IdentityFile ~/.ssh/key\nIdentityFile C:\\keys\\id\n');
    const windows: ClientEnvironment = { ...environment, platform: 'win32', homeFolder: 'C:\\Users\\me' };
    const settings = await resolveHost({ alias: 'node1' }, windows, config);
    assert.deepEqual(settings.identityFiles, ['C:\\Users\\me\\.ssh\\key', 'C:\\keys\\id']);
    assert.equal(settings.userKnownHostsFiles[0], 'C:\\Users\\me\\.ssh\\known_hosts');
    assert.equal(settings.globalKnownHostsFiles[0], 'C:\\ProgramData\\ssh\\ssh_known_hosts');
  });

  it('lists the hosts to choose from', async () => {
    await write('.ssh/more', 'Host d\n');
    await write('.ssh/config', 'Host a b *.x !c\nInclude more\nHost a\nMatch host z\n');
    assert.deepEqual(
      (await listHosts(environment)).map(({ alias }) => alias),
      ['a', 'b', 'd'],
    );
  });
});

describe('a typed host', () => {
  it('is read in the ways people write it', () => {
    assert.deepEqual(parseTypedHost('node1'), { alias: 'node1' });
    assert.deepEqual(parseTypedHost(' root@node1:2222 '), { alias: 'node1', user: 'root', port: 2222 });
    assert.deepEqual(parseTypedHost('ssh://root@node1:22/'), { alias: 'node1', user: 'root', port: 22 });
    assert.deepEqual(parseTypedHost('[2001:db8::1]:22'), { alias: '2001:db8::1', port: 22 });
    assert.deepEqual(parseTypedHost('root@2001:db8::1'), { alias: '2001:db8::1', user: 'root' });
    assert.deepEqual(parseTypedHost('me@domain@node1'), { alias: 'node1', user: 'me@domain' });
  });

  it('is refused when it is none, or would be an option', () => {
    for (const typed of ['', 'a b', '@node1', 'root@', 'node1:0', 'node1:70000', '-oProxyCommand=x', '-x@node1']) {
      assert.equal(parseTypedHost(typed), undefined, typed);
    }
  });
});
