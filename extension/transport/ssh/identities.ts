import { access } from 'node:fs/promises';
import { cancellable, throwIfCancelled } from '../../common/cancellation.ts';
import { describeError } from '../../common/transportError.ts';
import type { ClientEnvironment } from '../clientEnvironment.ts';
import type { Credentials } from '../credentials.ts';
import { fingerprintOf } from '../knownHosts/lookupHostKey.ts';
import type { HostSettings } from '../sshConfig/hostSettings.ts';
import type { ConnectContext } from '../transport.ts';
import { type AgentKeys, agentAddress, connectIdentityAgent } from './identityAgent.ts';
import { decryptPrivateKey, type PrivateKeyFile, publicHalf, readPrivateKeyFile } from './privateKeyFile.ts';
import type { ParsedKey } from './ssh2.ts';

/** The hash that an RSA signature is asked for with. */
export type SignatureHash = 'sha1' | 'sha256' | 'sha512' | undefined;

/** A key to offer to the server. */
export interface Identity {
  /** For the log: where the key is and its fingerprint. */
  readonly description: string;
  /** The key to offer; asks for the passphrase only when the file does not show it. Undefined: give up on it. */
  publicKey(): Promise<ParsedKey | undefined>;
  /** Signs; asks for the passphrase when it is needed first. Rejects when there is none that fits. */
  sign(data: Buffer, hash: SignatureHash): Promise<Buffer>;
}

export interface Identities {
  /** In OpenSSH's order: the agent's that the configuration names, the agent's others, those in files only. */
  readonly usable: readonly Identity[];
  /** Types of keys that were found, but which ssh2 cannot use. */
  readonly unsupportedKeyTypes: readonly string[];
}

/** Gathers the keys to offer to a host. Nothing is asked yet. */
export async function gatherIdentities(
  settings: HostSettings,
  environment: ClientEnvironment,
  credentials: Credentials,
  context: ConnectContext,
): Promise<Identities> {
  const { log } = context;
  const unsupported: string[] = [];
  const files: Exclude<PrivateKeyFile, { kind: 'unsupported' | 'unreadable' }>[] = [];
  for (const path of settings.identityFiles) {
    const file = await readPrivateKeyFile(path);
    if (file === undefined) continue;
    if (file.kind === 'unsupported') {
      unsupported.push(file.keyType);
      continue;
    }
    if (file.kind === 'unreadable') {
      log.warn(`Key ${path} cannot be used: ${file.problem}`);
      continue;
    }
    if (await exists(`${path}-cert.pub`)) unsupported.push('CertificateFile');
    files.push(file);
  }

  const agent = await findAgent(settings, environment, context);
  const agentKeys = agent?.keys ?? [];
  const named = files.flatMap(({ publicKey }) => agentKeys.filter((key) => sameKey(key, publicKey)).slice(0, 1));
  const others = settings.identitiesOnly ? [] : agentKeys.filter((key) => !named.includes(key));
  const inFilesOnly = files.filter((file) => !named.some((key) => sameKey(key, file.publicKey)));
  return {
    usable: [
      ...(agent === undefined ? [] : [...named, ...others].map((key) => agentIdentity(agent, key))),
      ...inFilesOnly.flatMap((file) => (file.kind === 'public' ? [] : [fileIdentity(file, credentials, context)])),
    ],
    unsupportedKeyTypes: unsupported,
  };
}

async function findAgent(
  settings: HostSettings,
  environment: ClientEnvironment,
  { log, signal }: ConnectContext,
): Promise<AgentKeys | undefined> {
  const address = agentAddress(settings.identityAgent, environment);
  if (address === undefined) return undefined;
  try {
    // It may ask the user to unlock it, or hang: only the user knows how long to wait.
    const agent = await cancellable(connectIdentityAgent(address), signal, 'authenticate');
    log.debug(`The agent at ${address} offers ${agent.keys.length} keys`);
    return agent;
  } catch (error) {
    throwIfCancelled(signal, 'authenticate');
    log.warn(`The agent at ${address} does not answer: ${describeError(error)}`);
    return undefined;
  }
}

function agentIdentity(agent: AgentKeys, key: ParsedKey): Identity {
  return {
    description: `agent key ${key.type} ${fingerprintOf(key.getPublicSSH())}`,
    publicKey: async () => key,
    sign: (data, hash) => agent.sign(key, data, hash),
  };
}

function fileIdentity(
  file: Extract<PrivateKeyFile, { kind: 'usable' | 'encrypted' }>,
  credentials: Credentials,
  context: ConnectContext,
): Identity {
  let decrypted: Promise<ParsedKey | undefined> | undefined;
  const privateKey = (): Promise<ParsedKey | undefined> => {
    decrypted ??= file.kind === 'usable' ? Promise.resolve(file.privateKey) : decrypt(file, credentials, context);
    return decrypted;
  };
  return {
    description: `key file ${file.file}`,
    async publicKey() {
      if (file.publicKey !== undefined) return file.publicKey;
      const key = await privateKey();
      return key === undefined ? undefined : publicHalf(key);
    },
    async sign(data, hash) {
      const key = await privateKey();
      if (key === undefined) throw new Error('No passphrase fits');
      const signature: unknown = hash === undefined ? key.sign(data) : key.sign(data, hash);
      if (!Buffer.isBuffer(signature)) throw new Error(describeError(signature));
      return signature;
    },
  };
}

async function decrypt(
  file: Extract<PrivateKeyFile, { kind: 'encrypted' }>,
  credentials: Credentials,
  context: ConnectContext,
): Promise<ParsedKey | undefined> {
  const source = credentials.source({ kind: 'passphrase', subject: file.file, echo: false }, context, 'authenticate');
  for (let secret = await source.next(); secret !== undefined; secret = await source.next()) {
    const key = decryptPrivateKey(file.text, secret);
    if (key !== undefined) {
      await source.accepted();
      return key;
    }
    await source.rejected();
  }
  context.log.warn(`No passphrase fits ${file.file}`);
  return undefined;
}

function sameKey(key: ParsedKey, other: ParsedKey | undefined): boolean {
  return other?.getPublicSSH().equals(key.getPublicSSH()) ?? false;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
