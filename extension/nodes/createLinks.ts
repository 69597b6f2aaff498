import { join } from 'node:path';
import * as vscode from 'vscode';
import { toDisposable } from '../common/disposable.ts';
import type { Logger } from '../common/logger.ts';
import { TransportError } from '../common/transportError.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { AutomaticSshTransport } from '../transport/automaticSshTransport.ts';
import { currentEnvironment } from '../transport/clientEnvironment.ts';
import { Credentials } from '../transport/credentials.ts';
import type { AgentArtefacts } from '../transport/delivery/artefacts.ts';
import { uninstallAgent } from '../transport/delivery/uninstallAgent.ts';
import { LocalTransport } from '../transport/local/localTransport.ts';
import { openBundledAgent } from '../transport/local/openBundledAgent.ts';
import { openNodeLink } from '../transport/nodeLink.ts';
import { OpenSshTransport } from '../transport/openssh/openSshTransport.ts';
import { SshTransport } from '../transport/ssh/sshTransport.ts';
import { parseTypedHost } from '../transport/sshConfig/typedHost.ts';
import type { ConnectContext, Transport } from '../transport/transport.ts';
import type { AgentLink } from './agentLink.ts';
import { loadCarriedArtefacts } from './carriedArtefacts.ts';
import { openClientLink } from './clientLink.ts';
import { ReconnectingLink } from './reconnectingLink.ts';
import type { RootTarget } from './rootTarget.ts';
import { UserPrompts } from './userPrompts.ts';

type NodeTarget = Exclude<RootTarget, { kind: 'dumps' }>;

/** Makes the links to agents: over SSH, on this machine as root, or on this machine for dumps. */
export function createLinks(
  context: vscode.ExtensionContext,
  log: Logger,
  l10n: Localizer,
): (target: RootTarget) => AgentLink {
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist').fsPath;
  const agentFile = join(dist, 'agent.js');
  const clientName = `${vscode.env.appName} ${vscode.version}`;
  const credentials = new Credentials(context.secrets);
  const prompts = new UserPrompts(l10n);
  let artefacts: Promise<AgentArtefacts> | undefined;
  /** Checksums take a moment: they are computed with the first connection, and kept unless that fails. */
  const artefactsOnce = (): Promise<AgentArtefacts> => {
    if (artefacts === undefined) {
      const loading = loadCarriedArtefacts(dist);
      artefacts = loading;
      loading.catch(() => {
        artefacts = undefined;
      });
    }
    return artefacts;
  };

  const dumpsLink = (paths: readonly string[]): AgentLink =>
    new ReconnectingLink({
      open: async (connecting) => {
        const agent = await openBundledAgent(process.execPath, agentFile, process.env, connecting);
        const started = { agent, lost: agent.ended, ...toDisposable(() => agent.kill()) };
        return openClientLink(started, clientName, connecting.signal);
      },
      use: { read: (client, watch) => client.openDumps(paths, watch), mayChange: false },
      prompts,
      log,
    });

  const nodeLink = (target: NodeTarget): AgentLink => {
    const common = { privilege: 'root', folder: '', credentials } as const;
    // Made for each attempt, so that changed settings count.
    const transport = (): Transport => createTransport(target, credentials);
    return new ReconnectingLink({
      open: async (connecting) => {
        const options = { transport: transport(), artefacts: artefactsOnce(), ...common };
        return openClientLink(await openNodeLink(options, connecting), clientName, connecting.signal);
      },
      use: { read: (client, watch) => client.takeSnapshot(watch), mayChange: true },
      uninstall: (connecting) => uninstall(transport(), common, connecting),
      prompts,
      log,
    });
  };

  return (target) => (target.kind === 'dumps' ? dumpsLink(target.paths) : nodeLink(target));
}

async function uninstall(
  transport: Transport,
  common: { readonly privilege: 'root'; readonly folder: ''; readonly credentials: Credentials },
  context: ConnectContext,
): Promise<void> {
  const machine = await transport.connect(context);
  try {
    await uninstallAgent({ machine, ...common }, context);
  } finally {
    machine.dispose();
  }
}

/** The way to a node that the settings ask for. */
function createTransport(target: NodeTarget, credentials: Credentials): Transport {
  const environment = currentEnvironment();
  if (target.kind === 'local') return new LocalTransport(environment.userName, process.env);
  const host = parseTypedHost(target.host);
  if (host === undefined) {
    throw new TransportError('hostNotFound', { step: 'configure', args: { host: target.host } });
  }
  const settings = vscode.workspace.getConfiguration('kubeServiceRules');
  const file = settings.get<string>('sshConfigFile', '').trim();
  const common = { host, environment, credentials, configFile: file === '' ? undefined : file };
  const ssh = new SshTransport(common);
  const openSsh = new OpenSshTransport({ ...common, executable: process.execPath });
  switch (settings.get<string>('transport', 'auto')) {
    case 'ssh2':
      return ssh;
    case 'openssh':
      return openSsh;
    default:
      return new AutomaticSshTransport(ssh, openSsh);
  }
}
