/** Where keys are signed for us. `environment` is SSH_AUTH_SOCK or what the platform uses without it. */
export type IdentityAgent =
  | { readonly kind: 'environment' }
  | { readonly kind: 'none' }
  | { readonly kind: 'path'; readonly path: string };

/** `no` is treated like `accept-new`: a changed key is refused in any case. */
export type StrictHostKeyChecking = 'ask' | 'yes' | 'accept-new';

export type AuthenticationMethod = 'publickey' | 'keyboard-interactive' | 'password';

/** One machine on the way, as typed in ProxyJump. */
export interface JumpHost {
  readonly alias: string;
  readonly user?: string;
  readonly port?: number;
}

/** Something in the configuration that ssh2 cannot do, so that the system's `ssh` has to. */
export interface OpenSshFeature {
  /** A directive (`ProxyCommand`, `Match exec`) or what was found (`sk-ssh-ed25519@openssh.com`). */
  readonly feature: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** All that connecting to a host takes from ssh_config, defaults filled in. */
export interface HostSettings {
  /** As typed. */
  readonly alias: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** In the order in which to try them, absolute. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly identityAgent: IdentityAgent;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: StrictHostKeyChecking;
  readonly hashKnownHosts: boolean;
  /** The name under which the host key is known, instead of the host's. */
  readonly hostKeyAlias: string | undefined;
  /** Seconds for reaching the server and exchanging keys. */
  readonly connectTimeoutSeconds: number;
  readonly addressFamily: 0 | 4 | 6;
  /** In the order in which to try them. */
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** In the order in which to go through them; empty for a direct connection. */
  readonly jumps: readonly JumpHost[];
  readonly openSshFeatures: readonly OpenSshFeature[];
}

/** `user@host:port` (the port only when it is not 22), how the host is called in messages. */
export function labelOf(settings: HostSettings): string {
  const host = settings.hostName.includes(':') ? `[${settings.hostName}]` : settings.hostName;
  return `${settings.user}@${host}${settings.port === 22 ? '' : `:${settings.port}`}`;
}
