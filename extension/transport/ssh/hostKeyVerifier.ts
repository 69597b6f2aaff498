import { cancellable } from '../../common/cancellation.ts';
import { TransportError } from '../../common/transportError.ts';
import { readKnownHosts, rememberHostKey } from '../knownHosts/knownHostsFiles.ts';
import {
  certificateAuthorityFor,
  fingerprintOf,
  type HostIdentity,
  hostIdentity,
  knownKeyTypes,
  lookupHostKey,
} from '../knownHosts/lookupHostKey.ts';
import { type KnownHosts, keyTypeOf } from '../knownHosts/parseKnownHosts.ts';
import type { HostSettings } from '../sshConfig/hostSettings.ts';
import type { ConnectContext } from '../transport.ts';

/**
 * Host key algorithms that are offered, strongest first. `ssh-rsa`, which signs with SHA-1, is left out as in OpenSSH
 * since 8.8.
 */
const supportedAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

export type HostKeyAlgorithm = (typeof supportedAlgorithms)[number];

/** Checks one host's key against known_hosts; anything but a known key needs the user's word, and refusal is final. */
export class HostKeyVerifier {
  readonly #settings: HostSettings;
  readonly #context: ConnectContext;
  readonly #known: KnownHosts;
  readonly #identity: HostIdentity;
  #accepted: Buffer | undefined;

  private constructor(settings: HostSettings, context: ConnectContext, known: KnownHosts) {
    this.#settings = settings;
    this.#context = context;
    this.#known = known;
    this.#identity = hostIdentity(settings.hostName, settings.port, settings.hostKeyAlias);
  }

  /** Reads the host's known_hosts files. */
  static async load(settings: HostSettings, context: ConnectContext): Promise<HostKeyVerifier> {
    const known = await readKnownHosts([...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles]);
    for (const { file, line, what } of known.broken) context.log.warn(`${file}:${line} is ignored: broken ${what}`);
    const verifier = new HostKeyVerifier(settings, context, known);
    if (verifier.#needsCertificate()) {
      throw new TransportError('needsOpenSsh', { step: 'hostKey', args: { feature: '@cert-authority' } });
    }
    return verifier;
  }

  /** The algorithms to offer: those for which a key is known go first, so that the server presents that one. */
  get algorithms(): HostKeyAlgorithm[] {
    const types = knownKeyTypes(this.#known.entries, this.#identity);
    const isKnown = (algorithm: HostKeyAlgorithm): boolean =>
      types.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
    return [...supportedAlgorithms.filter(isKnown), ...supportedAlgorithms.filter((one) => !isKnown(one))];
  }

  /**
   * The key that was accepted on this connection; a later key exchange has to present the same one. Undefined before
   * {@link verify} settled.
   */
  get acceptedKey(): Buffer | undefined {
    return this.#accepted;
  }

  /**
   * Settles when the key may be trusted.
   *
   * @throws TransportError `hostKeyChanged`, `hostKeyRevoked`, `hostKeyUnknown`, `promptNeeded`, `cancelled`
   */
  async verify(key: Buffer): Promise<void> {
    const keyType = keyTypeOf(key) ?? '';
    const { hostName: host, port } = this.#settings;
    const presented = { host, port, keyType, fingerprint: fingerprintOf(key) };
    const verdict = lookupHostKey(this.#known.entries, this.#identity, key);
    if (verdict.kind === 'changed' || verdict.kind === 'revoked') {
      const { file, line } = verdict.entry;
      throw new TransportError(verdict.kind === 'changed' ? 'hostKeyChanged' : 'hostKeyRevoked', {
        step: 'hostKey',
        args: { ...presented, file, line },
      });
    }
    if (verdict.kind === 'unknown') {
      await this.#decideUnknown(key, presented, verdict.otherKnownKeys);
    }
    this.#context.log.info(
      `Host key of ${this.#identity.hostId}: ${keyType} ${presented.fingerprint}, ${verdict.kind}`,
    );
    this.#accepted = key;
  }

  async #decideUnknown(
    key: Buffer,
    presented: { readonly host: string; readonly port: number; readonly keyType: string; readonly fingerprint: string },
    otherKnownKeys: readonly { readonly keyType: string; readonly file: string; readonly line: number }[],
  ): Promise<void> {
    const unknown = new TransportError('hostKeyUnknown', { step: 'hostKey', args: presented });
    const { strictHostKeyChecking, hashKnownHosts } = this.#settings;
    const [knownHostsFile] = this.#settings.userKnownHostsFiles;
    if (strictHostKeyChecking === 'yes' || knownHostsFile === undefined) throw unknown;
    // A host whose other key is known has no reason to present a new one: that is never accepted silently.
    if (strictHostKeyChecking === 'ask' || otherKnownKeys.length > 0) {
      const { interactive, prompts, signal } = this.#context;
      if (!interactive) throw new TransportError('promptNeeded', { step: 'hostKey', args: { prompt: 'hostKey' } });
      const question = {
        hostId: this.#identity.hostId,
        keyType: presented.keyType,
        fingerprint: presented.fingerprint,
        otherKnownKeys: otherKnownKeys.map(({ keyType, file, line }) => ({ keyType, file, line })),
        knownHostsFile,
      };
      const answer = await cancellable(prompts.confirmHostKey(question, signal), signal, 'hostKey');
      if (answer === undefined) throw new TransportError('cancelled', { step: 'hostKey', args: {} });
      if (!answer) throw unknown;
    }
    await rememberHostKey(knownHostsFile, this.#identity.hostId, key, hashKnownHosts);
  }

  /** Whether only a certificate could prove the host: no plain key is known, but an authority for it is. */
  #needsCertificate(): boolean {
    return (
      knownKeyTypes(this.#known.entries, this.#identity).length === 0 &&
      certificateAuthorityFor(this.#known.entries, this.#identity) !== undefined
    );
  }
}
