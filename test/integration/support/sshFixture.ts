/** A folder with keys, an ssh_config and a known_hosts file for tests against a real sshd. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientEnvironment, currentEnvironment } from '../../../extension/transport/clientEnvironment.ts';
import { Credentials } from '../../../extension/transport/credentials.ts';
import type { SecretStore } from '../../../extension/transport/prompts.ts';
import { SshTransport } from '../../../extension/transport/ssh/sshTransport.ts';
import { makeKey, type SshServer, type SshServerOptions, startSshServer } from './sshServer.ts';

export class SshFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-ssh-'));
  readonly configFile = join(this.folder, 'config');
  readonly knownHosts = join(this.folder, 'known_hosts');
  /** Private key file, and the line for authorized_keys. */
  readonly keyFile = join(this.folder, 'id');
  readonly publicKey = makeKey(this.keyFile, 'ed25519');
  readonly #servers: SshServer[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Starts an sshd that lets the fixture's key in. */
  async startServer(options: Partial<SshServerOptions> = {}): Promise<SshServer> {
    const server = await startSshServer({
      folder: this.path(`server${this.#servers.length}`),
      authorizedKeys: [this.publicKey],
      ...options,
    });
    this.#servers.push(server);
    return server;
  }

  /** Writes the ssh_config: one block per host, with values that keep this machine's own files out. */
  configure(hosts: Readonly<Record<string, Readonly<Record<string, string | number>>>>): void {
    const blocks = Object.entries(hosts).map(([alias, values]) => {
      const all = {
        HostName: '127.0.0.1',
        User: 'root',
        ...values,
        ...(values['IdentityFile'] === undefined ? { IdentityFile: this.keyFile } : {}),
        ...(values['IdentityAgent'] === undefined ? { IdentityAgent: 'none' } : {}),
        UserKnownHostsFile: this.knownHosts,
        GlobalKnownHostsFile: 'none',
      };
      return [`Host ${alias}`, ...Object.entries(all).map(([name, value]) => `  ${name} ${value}`), ''].join('\n');
    });
    writeFileSync(this.configFile, blocks.join('\n'));
  }

  /** Adds lines to known_hosts. */
  know(...lines: readonly string[]): void {
    appendFileSync(this.knownHosts, lines.map((line) => `${line}\n`).join(''));
  }

  /** Remembers all host keys of a server, as after a first connection. */
  knowServer(server: SshServer): void {
    this.know(...Object.values(server.hostKeys).map((key) => `[127.0.0.1]:${server.port} ${key}`));
  }

  transport(alias: string, store?: SecretStore, environment: ClientEnvironment = currentEnvironment()): SshTransport {
    return new SshTransport({
      host: { alias },
      environment,
      credentials: new Credentials(store),
      configFile: this.configFile,
    });
  }

  async dispose(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
