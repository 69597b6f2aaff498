/** A real sshd on a loopback port, for one test: own configuration, host keys and authorized keys, stopped by its id. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

export interface SshServer {
  readonly port: number;
  readonly pid: number;
  /** Public host keys as in known_hosts, `type base64`, by type. */
  readonly hostKeys: Readonly<Record<string, string>>;
  /** What sshd said so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshServerOptions {
  /** An empty folder for its files. */
  readonly folder: string;
  /** Lines of authorized_keys, for any user who logs in. */
  readonly authorizedKeys: readonly string[];
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Program and arguments that start sshd in a namespace; its own arguments follow. */
  readonly prefix?: readonly string[];
}

/** Makes a key pair without a passphrase, or with one; returns the public line. */
export function makeKey(file: string, type: 'ed25519' | 'ecdsa' | 'rsa', ...options: readonly string[]): string {
  const passphrase = options.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', ['-q', '-t', type, '-f', file, '-C', 'test', ...passphrase, ...options]);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  const { folder, authorizedKeys, hostKeyTypes = ['ed25519'], config = [], prefix = [] } = options;
  // Debian's sshd separates privileges in this folder, which its service would make.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  mkdirSync(folder, { recursive: true });
  const hostKeys: Record<string, string> = {};
  for (const type of hostKeyTypes) {
    const [keyType = '', key = ''] = makeKey(join(folder, `host_${type}`), type).split(' ');
    hostKeys[keyType] = `${keyType} ${key}`;
  }
  const authorized = join(folder, 'authorized_keys');
  // sshd reads it as the user who logs in.
  writeFileSync(authorized, authorizedKeys.map((line) => `${line}\n`).join(''), { mode: 0o644 });
  const port = await freePort();
  const configFile = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeyTypes.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    `AuthorizedKeysFile ${authorized}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin yes',
    'LogLevel VERBOSE',
    // The first value counts: a test's own lines go before the defaults.
    ...config,
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'MaxStartups 100',
  ];
  writeFileSync(configFile, `${lines.join('\n')}\n`);
  const [program = '/usr/sbin/sshd', ...args] = [...prefix, '/usr/sbin/sshd', '-D', '-e', '-f', configFile];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await listening(child, port, () => log);
  return {
    port,
    pid: child.pid ?? 0,
    hostKeys,
    log: () => log,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

async function listening(child: ChildProcess, port: number, log: () => string): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`);
    if (await accepts(port)) return;
    if (Date.now() > deadline) throw new Error(`sshd does not listen: ${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
