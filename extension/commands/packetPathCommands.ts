import * as vscode from 'vscode';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { Dialogs } from '../change/dialogs.ts';
import { ruleScheme } from '../documents/ruleUri.ts';
import type { Root } from '../nodes/root.ts';
import { packetOfElement } from '../packetPath/packetOfElement.ts';
import { packetOfRule } from '../packetPath/packetOfRule.ts';
import type { PacketPathPanels } from '../packetPath/packetPathPanels.ts';
import type { TreeNode } from '../tree/treeNode.ts';
import { chooseMode, currentMode } from './chooseMode.ts';
import { type CommandContext, nodeOf, pickRoot, type RegisterCommand, rootFor } from './treeContext.ts';

/** Frontends that a Service is looked for among. */
const mostFrontends = 50;

/** Commands that follow packets. */
export function registerPacketPathCommands(
  register: RegisterCommand,
  context: CommandContext,
  panels: PacketPathPanels,
  dialogs: Dialogs,
): void {
  const { l10n } = context;

  register('tracePacket', async (argument) => {
    const node = nodeOf(argument, context);
    const root = rootFor(argument, context) ?? (await pickRoot(context));
    if (root !== undefined) await traceTo(root, pathOf(node), panels);
  });

  register('showPacketPath', async () => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    const line = editor.selection.active.line;
    const packet = packetOfRule(editor.document.lineAt(line).text);
    if (packet === undefined) {
      void dialogs.tell('information', l10n.t('This line names no single address and port to send a packet to.'));
      return;
    }
    const origin =
      editor.document.uri.scheme === ruleScheme ? context.documents.origin(editor.document.uri, line) : undefined;
    const root = origin?.root ?? rootFor(undefined, context) ?? (await pickRoot(context));
    if (root !== undefined) await panels.trace(root, packet);
  });

  register('checkMigration', async (argument) => {
    const root = rootFor(argument, context) ?? (await pickRoot(context));
    if (root === undefined) return;
    const title = l10n.t('Check what another mode would change for {0}', root.label);
    const mode = await chooseMode(title, currentMode(root), 'othersFirst', { dialogs, l10n });
    if (mode !== undefined) await panels.checkMigration(root, mode);
  });
}

/** Follows a packet to what an element is, or to what was followed last where it is nothing that packets go to. */
export async function traceTo(root: Root, path: readonly TreeElement[], panels: PacketPathPanels): Promise<void> {
  const { session } = root;
  const found =
    session === undefined || path.length === 0
      ? undefined
      : await packetOfElement(path, async (filter) => {
          const asked = { snapshot: session.snapshot, filter, limit: mostFrontends };
          return (await session.agent.traces.choices(asked)).destinations;
        });
  await panels.trace(root, found?.packet ?? {}, found?.wanted);
}

/** The elements from a line of the tree upwards. */
function pathOf(node: TreeNode | undefined): readonly TreeElement[] {
  if (node === undefined || node.type === 'root') return [];
  const above = pathOf(node.parent);
  return node.type === 'element' ? [node.element, ...above] : above;
}
