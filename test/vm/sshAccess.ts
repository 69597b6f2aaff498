import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeKeys } from './nodeKeys.ts';

/** The name that stands for the test node in its ssh_config file. */
export const sshAlias = 'testnode';

/** How the test node is reached over SSH from this machine. */
export interface SshAccess {
  readonly host: string;
  readonly port: number;
  /** ssh_config(5) with the host `testnode`: `ssh -F configFile testnode`. */
  readonly configFile: string;
  /** Holds the node's key, under its address and port, and nothing else. */
  readonly knownHostsFile: string;
  /** The private key that the node lets in. */
  readonly identityFile: string;
}

/** Writes the ssh_config and known_hosts files for a node that listens on a port of this machine. */
export async function writeSshAccess(folder: string, keys: NodeKeys, port: number): Promise<SshAccess> {
  const access: SshAccess = {
    host: '127.0.0.1',
    port,
    configFile: join(folder, 'ssh_config'),
    knownHostsFile: join(folder, 'known_hosts'),
    identityFile: keys.clientKey,
  };
  const [type = '', key = ''] = keys.hostKey.split(' ');
  await writeFile(access.knownHostsFile, `[${access.host}]:${port} ${type} ${key}\n`);
  const lines = [
    `Host ${sshAlias}`,
    `  HostName ${access.host}`,
    `  Port ${port}`,
    '  User root',
    `  IdentityFile ${quoteForSshConfig(access.identityFile)}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${quoteForSshConfig(access.knownHostsFile)}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
  ];
  await writeFile(access.configFile, `${lines.join('\n')}\n`);
  return access;
}

/** A path as a value in ssh_config(5): `%` starts a token there, and spaces would end it. */
export function quoteForSshConfig(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
