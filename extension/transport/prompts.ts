/** A host key that no known_hosts file knows. */
export interface UnknownHostKey {
  /** Name under which the key would be remembered: `node1` or `[node1]:2222`. */
  readonly hostId: string;
  readonly keyType: string;
  /** As OpenSSH prints it: `SHA256:` and the unpadded base64 of the hash. */
  readonly fingerprint: string;
  /** Keys of other types that are known for this host: a reason for suspicion. `line` counts from 1. */
  readonly otherKnownKeys: readonly { readonly keyType: string; readonly file: string; readonly line: number }[];
  /** The file that the key is added to when the user agrees. */
  readonly knownHostsFile: string;
}

/** A hidden or visible line that the user is asked for. */
export interface SecretRequest {
  readonly kind: 'password' | 'passphrase' | 'sudoPassword' | 'keyboardInteractive';
  /** Whose: `user@host:port`; for a passphrase the file of the key. */
  readonly subject: string;
  /** The words of the server or of sudo for it, when they have some. */
  readonly prompt?: string;
  /** Counts from 1; above 1 the previous answer was wrong. */
  readonly attempt: number;
  /** Whether what is typed may be shown. */
  readonly echo: boolean;
}

export interface SecretAnswer {
  readonly secret: string;
  /** Whether the user agreed that it is kept beyond this session. */
  readonly remember: boolean;
}

/** What would be put on the node. */
export interface DeliveryRequest {
  readonly machine: string;
  readonly folder: string;
  readonly files: readonly { readonly name: 'runtime' | 'agent'; readonly bytes: number }[];
}

/**
 * The questions that connecting may ask. An answer of undefined means that the user dismissed the question, which
 * cancels the attempt. Each promise must settle when `signal` aborts.
 */
export interface ConnectionPrompts {
  confirmHostKey(key: UnknownHostKey, signal: AbortSignal): Promise<boolean | undefined>;
  askSecret(request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer | undefined>;
  confirmDelivery(request: DeliveryRequest, signal: AbortSignal): Promise<boolean | undefined>;
}

/** Keeps secrets beyond the session; the part of `vscode.SecretStorage` that is used. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}
