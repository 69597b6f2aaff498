import type {
  TransportAdvice,
  TransportReason,
  TransportReasonArgs,
  TransportStep,
} from '../common/transportReasons.ts';
import type { Localizer } from './localizer.ts';

/** What was being done when connecting failed, as the start of a message. */
export function stepText(step: TransportStep, l10n: Localizer): string {
  switch (step) {
    case 'configure':
      return l10n.t('Reading the SSH configuration failed');
    case 'connect':
      return l10n.t('Connecting failed');
    case 'jump':
      return l10n.t('Connecting through the jump host failed');
    case 'hostKey':
      return l10n.t('Verifying the host key failed');
    case 'authenticate':
      return l10n.t('Signing in failed');
    case 'elevate':
      return l10n.t('Becoming root failed');
    case 'probe':
      return l10n.t('Examining the node failed');
    case 'upload':
      return l10n.t('Copying the agent to the node failed');
    case 'start':
      return l10n.t('Starting the agent failed');
    case 'session':
      return l10n.t('The connection ended');
    case 'uninstall':
      return l10n.t('Uninstalling the agent failed');
  }
}

type Wording = {
  readonly [Reason in TransportReason]: (args: TransportReasonArgs[Reason], l10n: Localizer) => string;
};

/** Why it failed: one sentence for each reason. */
const reasonWording: Wording = {
  cancelled: (_args, l10n) => l10n.t('It was cancelled.'),
  timeout: (args, l10n) => l10n.t('There was no answer for {seconds} seconds.', { ...args }),
  connectionLost: (_args, l10n) => l10n.t('The connection to the node was lost.'),
  promptNeeded: (_args, l10n) =>
    l10n.t('A question needs your answer, and a reconnect in the background does not ask.'),
  sshConfigInvalid: (args, l10n) => l10n.t('Line {line} of {file} cannot be understood.', { ...args }),
  sshConfigTooDeep: (args, l10n) => l10n.t('Line {line} of {file} refers to itself or nests too deeply.', { ...args }),
  needsOpenSsh: (args, l10n) =>
    l10n.t("The host's configuration needs {feature}, which only the system's ssh can do.", { ...args }),
  hostNotFound: (args, l10n) => l10n.t('The host {host} was not found.', { ...args }),
  connectionRefused: (args, l10n) => l10n.t('{host} refuses connections on port {port}.', { ...args }),
  hostUnreachable: (args, l10n) => l10n.t('{host} cannot be reached on port {port}.', { ...args }),
  notAnSshServer: (args, l10n) => l10n.t('What answers at {host} on port {port} is not an SSH server.', { ...args }),
  noCommonAlgorithm: (args, l10n) =>
    l10n.t('The built-in client and {host} on port {port} share no encryption algorithm.', { ...args }),
  jumpRefused: (args, l10n) =>
    l10n.t('The jump host {jumpHost} refuses to forward to {host} on port {port}.', { ...args }),
  hostKeyUnknown: (args, l10n) =>
    l10n.t('The {keyType} key of {host} ({fingerprint}) is not known and was not accepted.', { ...args }),
  hostKeyChanged: (args, l10n) =>
    l10n.t(
      'The {keyType} key of {host} has changed to {fingerprint}; line {line} of {file} holds another one. Somebody may be intercepting the connection, or the host was set up anew.',
      { ...args },
    ),
  hostKeyRevoked: (args, l10n) =>
    l10n.t('The {keyType} key of {host} ({fingerprint}) is marked as revoked in line {line} of {file}.', { ...args }),
  knownHostsUnusable: (args, l10n) => l10n.t('The file of known hosts {file} cannot be read or written.', { ...args }),
  authenticationFailed: (args, l10n) =>
    l10n.t('{host} accepted no key or password for {user}. It still allows: {methods}.', { ...args }),
  tooManyAuthenticationFailures: (args, l10n) =>
    l10n.t('{host} closed the connection because too many keys were tried for {user}.', { ...args }),
  passwordExpired: (args, l10n) => l10n.t('The password of {user} on {host} has expired.', { ...args }),
  sudoMissing: (args, l10n) => l10n.t('{user} is not root, and sudo is not installed on the node.', { ...args }),
  sudoNotAllowed: (args, l10n) => l10n.t('{user} may not use sudo on the node.', { ...args }),
  sudoPasswordWrong: (args, l10n) => l10n.t('sudo did not accept the password of {user}.', { ...args }),
  sudoRequiresTty: (_args, l10n) => l10n.t('sudo on the node works in a terminal only (requiretty).'),
  sudoFailed: (args, l10n) => l10n.t('sudo failed for {user}.', { ...args }),
  systemUnsupported: (args, l10n) => l10n.t('The node runs {system}; only Linux is supported.', { ...args }),
  architectureUnsupported: (args, l10n) =>
    l10n.t('The node has no Node.js, and the extension carries none for {machine}.', { ...args }),
  glibcTooOld: (args, l10n) => l10n.t('The node has glibc {found}; {needed} is needed.', { ...args }),
  glibcMissing: (args, l10n) => l10n.t('The node has {found} instead of glibc.', { ...args }),
  libstdcxxMissing: (_args, l10n) => l10n.t('The library libstdc++ is missing on the node.'),
  toolMissing: (args, l10n) => l10n.t('The program {tool} is missing on the node.', { ...args }),
  deliveryDeclined: (args, l10n) => l10n.t('Copying files to {folder} on the node was not allowed.', { ...args }),
  folderNotWritable: (args, l10n) => l10n.t('The folder {folder} on the node cannot be written.', { ...args }),
  folderNotExecutable: (args, l10n) =>
    l10n.t('Programs in {folder} on the node cannot be run: it is mounted with noexec.', { ...args }),
  folderUnsafe: (args, l10n) =>
    l10n.t(
      'The folder {folder} on the node is a symbolic link, belongs to somebody else, or can be changed by others.',
      { ...args },
    ),
  diskFull: (args, l10n) =>
    l10n.t('{folder} on the node has {freeKilobytes} kB free; {neededKilobytes} kB are needed.', { ...args }),
  checksumMismatch: (args, l10n) => l10n.t('{file} arrived on the node damaged.', { ...args }),
  runtimeDoesNotStart: (args, l10n) => l10n.t('The runtime in {folder} does not start on the node.', { ...args }),
  artefactMissing: (args, l10n) => l10n.t('The file {file} is missing from the extension.', { ...args }),
  uploadFailed: (args, l10n) => l10n.t('{file} could not be copied to the node.', { ...args }),
  unexpectedOutput: (_args, l10n) => l10n.t('The node answered something else than the agent.'),
  agentExited: (args, l10n) => l10n.t('The agent ended with exit code {code}.', { ...args }),
  agentKilled: (args, l10n) => l10n.t('The agent was ended by the signal {signal}.', { ...args }),
  agentNotUnderstood: (args, l10n) => l10n.t('What the agent says is not understood ({code}).', { ...args }),
  commandRefused: (_args, l10n) => l10n.t('The node refused to run a command.'),
  programMissing: (args, l10n) => l10n.t('The program {program} is not installed on this computer.', { ...args }),
  uninstallFailed: (args, l10n) => l10n.t('{folder} could not be removed from the node.', { ...args }),
};

/** Why a connection failed, as one sentence. */
export function reasonText<R extends TransportReason>(
  failure: { readonly reason: R; readonly args: TransportReasonArgs[R] },
  l10n: Localizer,
): string {
  return reasonWording[failure.reason](failure.args, l10n);
}

/** What the user can do about it; empty when there is nothing beside what the buttons offer. */
export function adviceText(advice: TransportAdvice, l10n: Localizer): string {
  switch (advice) {
    case 'none':
      return '';
    case 'checkHostName':
      return l10n.t('Check the name of the host.');
    case 'checkNetwork':
      return l10n.t('Check the network, VPN and firewall between this computer and the node.');
    case 'checkSshdRuns':
      return l10n.t('Check that an SSH server runs there and that the port is right.');
    case 'retry':
      return l10n.t('Try again.');
    case 'fixSshConfig':
      return l10n.t('Correct the SSH configuration.');
    case 'fixKnownHosts':
      return l10n.t('Check the permissions of the file of known hosts.');
    case 'verifyHostKeyThenRemoveOldEntry':
      return l10n.t(
        "Ask the node's administrator for its fingerprint. If it is right, remove the old line and connect again.",
      );
    case 'verifyFingerprintWithAdministrator':
      return l10n.t("Ask the node's administrator for its fingerprint.");
    case 'useOpenSshTransport':
      return l10n.t('Set "Kube Service Rules: Transport" to "openssh".');
    case 'checkUserAndKeys':
      return l10n.t('Check the user name, and that your key is loaded or named by IdentityFile.');
    case 'setIdentitiesOnly':
      return l10n.t('Set IdentitiesOnly and IdentityFile for this host in the SSH configuration.');
    case 'changePasswordInTerminal':
      return l10n.t('Sign in with ssh in a terminal and change the password.');
    case 'allowForwardingOnJumpHost':
      return l10n.t('Allow TCP forwarding on the jump host.');
    case 'allowSudo':
      return l10n.t('Connect as root, or as a user who may use sudo.');
    case 'installSudoOrUseRoot':
      return l10n.t('Connect as root, or install sudo on the node.');
    case 'removeRequiretty':
      return l10n.t("Connect as root, or remove requiretty from the node's sudoers file.");
    case 'freeDiskSpace':
      return l10n.t('Free some space on the node.');
    case 'chooseExecutableFolder':
      return l10n.t('Allow programs to run there, or install Node.js 20 or newer on the node.');
    case 'chooseSafeFolder':
      return l10n.t('Check the owner and the permissions of the folder.');
    case 'installNodeOnHost':
      return l10n.t('Install Node.js 20 or newer on the node.');
    case 'installNodeOrUpgradeSystem':
      return l10n.t("Install Node.js 20 or newer on the node, or upgrade the node's system.");
    case 'installLibstdcxx':
      return l10n.t('Install libstdc++ on the node (the package libstdc++6 or libstdc++).');
    case 'installMissingTool':
      return l10n.t('Install it on the node.');
    case 'reinstallExtension':
      return l10n.t('Install the extension again.');
    case 'installOpenSshClient':
      return l10n.t('Install the OpenSSH client.');
    case 'removeShellStartupOutput':
      return l10n.t("Check that the login shell's startup files on the node print nothing.");
    case 'showLog':
      return l10n.t('The log says more.');
    case 'connectAgain':
      return l10n.t('Connect again.');
  }
}
