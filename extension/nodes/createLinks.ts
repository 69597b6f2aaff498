import * as vscode from 'vscode';
import type { Logger } from '../common/logger.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { AgentLink } from './agentLink.ts';
import { DumpsLink } from './dumpsLink.ts';
import type { RootTarget } from './rootTarget.ts';

/** Makes the link to the agent of a target. */
export function createLinks(
  context: vscode.ExtensionContext,
  log: Logger,
  _l10n: Localizer,
): (target: RootTarget) => AgentLink {
  const agentFile = vscode.Uri.joinPath(context.extensionUri, 'dist', 'agent.js').fsPath;
  const clientName = `${vscode.env.appName} ${vscode.version}`;
  return (target) => {
    if (target.kind === 'dumps') return new DumpsLink({ paths: target.paths, agentFile, clientName, log });
    throw new Error('no node links yet');
  };
}
