/** The part of connecting that was under way. */
export type TransportStep =
  | 'configure'
  | 'connect'
  | 'jump'
  | 'hostKey'
  | 'authenticate'
  | 'elevate'
  | 'probe'
  | 'upload'
  | 'start'
  | 'session'
  | 'uninstall';

/** What the user can do about a failure. The user interface has a sentence for each. */
export type TransportAdvice =
  | 'none'
  | 'checkHostName'
  | 'checkNetwork'
  | 'checkSshdRuns'
  | 'retry'
  | 'fixSshConfig'
  | 'fixKnownHosts'
  | 'verifyHostKeyThenRemoveOldEntry'
  | 'verifyFingerprintWithAdministrator'
  | 'useOpenSshTransport'
  | 'checkUserAndKeys'
  | 'setIdentitiesOnly'
  | 'changePasswordInTerminal'
  | 'allowForwardingOnJumpHost'
  | 'allowSudo'
  | 'installSudoOrUseRoot'
  | 'removeRequiretty'
  | 'freeDiskSpace'
  | 'chooseExecutableFolder'
  | 'chooseSafeFolder'
  | 'installNodeOnHost'
  | 'installNodeOrUpgradeSystem'
  | 'installLibstdcxx'
  | 'installMissingTool'
  | 'reinstallExtension'
  | 'installOpenSshClient'
  | 'removeShellStartupOutput'
  | 'showLog'
  | 'connectAgain';

/** The values that a reason's sentence is built from. Reasons without values have an empty object. */
export interface TransportReasonArgs {
  /** The user cancelled, or the owner went away. */
  cancelled: Record<never, never>;
  /** A step took longer than it may. */
  timeout: { seconds: number };
  /** The connection went away while it was in use. */
  connectionLost: Record<never, never>;
  /** A prompt would be needed, but this attempt (a reconnect in the background) may not ask. */
  promptNeeded: { prompt: 'hostKey' | 'password' | 'passphrase' | 'keyboardInteractive' | 'sudoPassword' | 'delivery' };

  /** A line of ssh_config or of a file it includes cannot be used. `line` counts from 1. */
  sshConfigInvalid: { file: string; line: number };
  /** Include, ProxyJump or Match refer to themselves or nest too deeply. */
  sshConfigTooDeep: { file: string; line: number };
  /** The configuration asks for something that only the system's `ssh` can do. `feature` is a directive or key type. */
  needsOpenSsh: { feature: string };

  hostNotFound: { host: string };
  connectionRefused: { host: string; port: number };
  hostUnreachable: { host: string; port: number };
  /** The other side does not speak SSH, or closed the connection before it said so. */
  notAnSshServer: { host: string; port: number };
  /** Client and server share no key exchange, cipher or host key algorithm. */
  noCommonAlgorithm: { host: string; port: number };
  /** The jump host refuses to forward the connection. */
  jumpRefused: { jumpHost: string; host: string; port: number };

  /** Nobody confirmed an unknown host key, or StrictHostKeyChecking forbids to ask. */
  hostKeyUnknown: { host: string; port: number; keyType: string; fingerprint: string };
  /** known_hosts holds another key of the same type for this host. `line` counts from 1. */
  hostKeyChanged: { host: string; port: number; keyType: string; fingerprint: string; file: string; line: number };
  /** known_hosts marks this key as revoked. `line` counts from 1. */
  hostKeyRevoked: { host: string; port: number; keyType: string; fingerprint: string; file: string; line: number };
  /** known_hosts cannot be read or written. */
  knownHostsUnusable: { file: string };

  /** Every way to authenticate that both sides allow was tried. `methods` is what the server still accepts. */
  authenticationFailed: { user: string; host: string; methods: string };
  /** The server closed the connection after too many attempts. */
  tooManyAuthenticationFailures: { user: string; host: string };
  passwordExpired: { user: string; host: string };

  sudoMissing: { user: string };
  sudoNotAllowed: { user: string };
  sudoPasswordWrong: { user: string };
  sudoRequiresTty: { user: string };
  /** sudo failed in a way that is not recognised, or asked something other than the password. */
  sudoFailed: { user: string };

  /** The node runs something other than Linux. */
  systemUnsupported: { system: string };
  /** No runtime is carried for this processor, and the node has no Node.js of its own. */
  architectureUnsupported: { machine: string };
  /** The C library is older than the runtime needs. */
  glibcTooOld: { found: string; needed: string };
  /** The C library is not glibc (Alpine's musl, for one). */
  glibcMissing: { found: string };
  libstdcxxMissing: Record<never, never>;
  /** A program that delivery cannot do without is not on the node. */
  toolMissing: { tool: string };
  /** The user did not allow files to be put on the node. */
  deliveryDeclined: { folder: string };
  folderNotWritable: { folder: string };
  /** The folder is mounted noexec. */
  folderNotExecutable: { folder: string };
  /** The folder is a symbolic link, belongs to another user, or others may write to it. */
  folderUnsafe: { folder: string };
  diskFull: { folder: string; neededKilobytes: number; freeKilobytes: number };
  /** What arrived on the node has another checksum than what was sent. */
  checksumMismatch: { file: string };
  /** The runtime that was uploaded does not run there. */
  runtimeDoesNotStart: { folder: string };
  /** The file to upload is missing from the extension. */
  artefactMissing: { file: string };
  uploadFailed: { file: string };

  /** The remote command printed something else than the agent's start. */
  unexpectedOutput: Record<never, never>;
  agentExited: { code: number };
  agentKilled: { signal: string };
  /** What the agent says is not this extension's protocol; `code` is that of the `AgentError`. */
  agentNotUnderstood: { code: string };
  /** The server refused to run a command. */
  commandRefused: Record<never, never>;
  /** The program that carries the connection is not installed here. */
  programMissing: { program: string };
  uninstallFailed: { folder: string };
}

export type TransportReason = keyof TransportReasonArgs;

/** What to do about each reason: one place, so that a new reason cannot be without advice. */
export const adviceByReason: Readonly<Record<TransportReason, TransportAdvice>> = {
  cancelled: 'none',
  timeout: 'checkNetwork',
  connectionLost: 'connectAgain',
  promptNeeded: 'connectAgain',
  sshConfigInvalid: 'fixSshConfig',
  sshConfigTooDeep: 'fixSshConfig',
  needsOpenSsh: 'useOpenSshTransport',
  hostNotFound: 'checkHostName',
  connectionRefused: 'checkSshdRuns',
  hostUnreachable: 'checkNetwork',
  notAnSshServer: 'checkSshdRuns',
  noCommonAlgorithm: 'useOpenSshTransport',
  jumpRefused: 'allowForwardingOnJumpHost',
  hostKeyUnknown: 'verifyFingerprintWithAdministrator',
  hostKeyChanged: 'verifyHostKeyThenRemoveOldEntry',
  hostKeyRevoked: 'verifyFingerprintWithAdministrator',
  knownHostsUnusable: 'fixKnownHosts',
  authenticationFailed: 'checkUserAndKeys',
  tooManyAuthenticationFailures: 'setIdentitiesOnly',
  passwordExpired: 'changePasswordInTerminal',
  sudoMissing: 'installSudoOrUseRoot',
  sudoNotAllowed: 'allowSudo',
  sudoPasswordWrong: 'retry',
  sudoRequiresTty: 'removeRequiretty',
  sudoFailed: 'showLog',
  systemUnsupported: 'none',
  architectureUnsupported: 'installNodeOnHost',
  glibcTooOld: 'installNodeOrUpgradeSystem',
  glibcMissing: 'installNodeOnHost',
  libstdcxxMissing: 'installLibstdcxx',
  toolMissing: 'installMissingTool',
  deliveryDeclined: 'none',
  folderNotWritable: 'chooseSafeFolder',
  folderNotExecutable: 'chooseExecutableFolder',
  folderUnsafe: 'chooseSafeFolder',
  diskFull: 'freeDiskSpace',
  checksumMismatch: 'retry',
  runtimeDoesNotStart: 'installNodeOnHost',
  artefactMissing: 'reinstallExtension',
  uploadFailed: 'retry',
  unexpectedOutput: 'removeShellStartupOutput',
  agentExited: 'showLog',
  agentKilled: 'showLog',
  agentNotUnderstood: 'reinstallExtension',
  commandRefused: 'showLog',
  programMissing: 'installOpenSshClient',
  uninstallFailed: 'showLog',
};
