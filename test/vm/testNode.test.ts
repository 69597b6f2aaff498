import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PasswordUser } from './nodeKeys.ts';
import { type CommandResult, runCommand, tryCommand } from './runCommand.ts';
import { sshAlias } from './sshAccess.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

describe('the test node', () => {
  let node: TestNode;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
    node = await startTestNode();
  });

  after(async () => {
    await node?.stop();
    await rm(folder, { recursive: true });
  });

  /** Logs in with a password only, as ssh asks for it. */
  async function logIn(user: PasswordUser, method: string, password: string): Promise<CommandResult> {
    const askPass = join(folder, 'askpass');
    await writeFile(askPass, '#!/bin/sh\nprintf "%s\\n" "$TEST_PASSWORD"\n', { mode: 0o700 });
    const options = ['-o', `PreferredAuthentications=${method}`, '-o', 'NumberOfPasswordPrompts=1', '-l', user];
    return tryCommand({
      argv: ['ssh', '-F', node.ssh.configFile, ...options, sshAlias, 'id', '-un'],
      env: { SSH_ASKPASS: askPass, SSH_ASKPASS_REQUIRE: 'force', TEST_PASSWORD: password },
    });
  }

  it('has what a Kubernetes node has, and no Node.js', async () => {
    const script = `hostname
      ip -o -4 address show scope global | awk '{ print $4 }'
      for tool in iptables iptables-legacy ipset ipvsadm nft conntrack sudo; do command -v $tool > /dev/null && echo $tool; done
      iptables --version; iptables-legacy --version
      for module in ip_vs ip_vs_rr dummy br_netfilter; do test -d /sys/module/$module && echo $module; done
      command -v node || echo no node
      systemctl list-units --failed --no-legend`;
    const output = (await node.run(['sh', '-c', script])).toString();
    assert.deepEqual(output.trimEnd().split('\n'), [
      ...['testnode', '10.0.2.15/24'],
      ...['iptables', 'iptables-legacy', 'ipset', 'ipvsadm', 'nft', 'conntrack', 'sudo'],
      ...['iptables v1.8.9 (nf_tables)', 'iptables v1.8.9 (legacy)'],
      ...['ip_vs', 'ip_vs_rr', 'dummy', 'br_netfilter', 'no node'],
    ]);
  });

  it('is refused when its host key is another than the pinned one', async () => {
    const impostor = join(folder, 'impostor');
    await runCommand({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', impostor] });
    const [type, key] = (await readFile(`${impostor}.pub`, 'utf8')).split(' ');
    const knownHosts = join(folder, 'known_hosts');
    await writeFile(knownHosts, `[${node.ssh.host}]:${node.ssh.port} ${type} ${key}\n`);
    const { exitCode, stderr } = await tryCommand({
      argv: ['ssh', '-F', node.ssh.configFile, '-o', `UserKnownHostsFile=${knownHosts}`, sshAlias, 'true'],
    });
    assert.equal(exitCode, 255);
    assert.match(stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED/);
  });

  it('lets nobody in with another key', async () => {
    const stranger = join(folder, 'stranger');
    await runCommand({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', stranger] });
    const options = ['-o', 'BatchMode=yes', '-o', 'IdentityAgent=none'];
    const config = (await readFile(node.ssh.configFile, 'utf8')).replace(/^ *IdentityFile .*$/m, '');
    const configFile = join(folder, 'ssh_config');
    await writeFile(configFile, config);
    const { exitCode, stderr } = await tryCommand({
      argv: ['ssh', '-F', configFile, '-i', stranger, ...options, sshAlias, 'true'],
    });
    assert.equal(exitCode, 255);
    assert.match(stderr, /Permission denied/);
  });

  it('has users with sudo, with sudo by password, and without sudo', async () => {
    const sudo = async (user: PasswordUser, ...args: string[]): Promise<CommandResult> =>
      node.tryRun(['sudo', ...args, 'id', '-un'], { user, stdin: `${node.keys.passwords[user]}\n` });
    assert.equal((await sudo('debian', '-n')).stdout.toString(), 'root\n');
    assert.match((await sudo('sudo-password', '-n')).stderr, /a password is required/);
    assert.equal((await sudo('sudo-password', '-S', '-p', '')).stdout.toString(), 'root\n');
    assert.match((await sudo('no-sudo', '-S', '-p', '')).stderr, /is not in the sudoers file/);
  });

  it('has a user with a password and one with keyboard-interactive login, each by that way only', async () => {
    const { passwords } = node.keys;
    const right = await logIn('login-password', 'password', passwords['login-password']);
    assert.equal(right.stdout.toString(), 'login-password\n', right.stderr);
    const interactive = await logIn('login-interactive', 'keyboard-interactive', passwords['login-interactive']);
    assert.equal(interactive.stdout.toString(), 'login-interactive\n', interactive.stderr);
    assert.match((await logIn('login-password', 'password', 'wrong')).stderr, /Permission denied/);
    const otherWay = await logIn('login-interactive', 'password', passwords['login-interactive']);
    assert.match(otherWay.stderr, /Permission denied/);
  });

  it('is clean after a reset, whatever was done to it', async (test) => {
    const state = `cat /proc/net/ip_vs; ipset list -name; nft list ruleset; ip -o link | cut -d: -f2; ls /root; cat /etc/hostname`;
    const before = (await node.run(['sh', '-c', state])).toString();
    const damage = `ipset create s hash:ip; ip link add kube-ipvs0 type dummy; ipvsadm -A -t 10.96.0.10:80 -s rr
      iptables -A INPUT -p udp -j DROP; iptables-legacy -A INPUT -p udp -j DROP; touch /root/file; echo other > /etc/hostname
      date --set '2001-01-01'; sync`;
    const times: number[] = [];
    for (let round = 0; round < 2; round += 1) {
      await node.run(['sh', '-c', damage]);
      assert.notEqual((await node.run(['sh', '-c', state])).toString(), before);
      const begin = performance.now();
      await node.reset();
      times.push(performance.now() - begin);
      assert.equal((await node.run(['sh', '-c', state])).toString(), before);
    }
    const skew = Number((await node.run(['date', '+%s'])).toString()) - Date.now() / 1000;
    assert.ok(Math.abs(skew) < 10, `the clock is ${skew} s off`);
    test.diagnostic(`resets took ${times.map(Math.round).join(' and ')} ms`);
  });
});
