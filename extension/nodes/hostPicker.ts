import * as vscode from 'vscode';
import { DisposableStore } from '../common/disposable.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { currentEnvironment } from '../transport/clientEnvironment.ts';
import { type ListedHost, listHosts } from '../transport/sshConfig/listHosts.ts';
import { parseTypedHost } from '../transport/sshConfig/typedHost.ts';
import { type HostChoice, type HostTarget, hostChoices } from './hostChoices.ts';
import type { RememberedHosts } from './rememberedHosts.ts';

interface HostItem extends vscode.QuickPickItem {
  readonly target?: HostTarget;
}

/** Lets the user choose or type a host; undefined when that is dismissed. */
export async function pickHost(
  remembered: RememberedHosts,
  sshConfigFile: string | undefined,
  l10n: Localizer,
): Promise<HostTarget | undefined> {
  const disposables = new DisposableStore();
  const pick = disposables.add(vscode.window.createQuickPick<HostItem>());
  const forget: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('close'),
    tooltip: l10n.t('Forget this host'),
  };
  let listed: readonly ListedHost[] = [];
  const show = (): void => {
    const typed = pick.value.trim();
    const choices = hostChoices(
      {
        typed,
        typedIsHost: parseTypedHost(typed) !== undefined,
        remembered: remembered.all,
        listed,
        localIsLinux: process.platform === 'linux',
      },
      l10n,
    );
    pick.items = choices.map((choice) => toItem(choice, forget));
  };
  pick.title = l10n.t('Connect to a Node');
  pick.placeholder = l10n.t('Choose a host, or type user@host or user@host:port');
  pick.matchOnDescription = true;
  pick.busy = true;
  show();
  const chosen = new Promise<HostTarget | undefined>((resolve) => {
    disposables.add(pick.onDidChangeValue(show));
    disposables.add(
      pick.onDidTriggerItemButton(({ item }) => {
        if (item.target?.kind === 'ssh') void remembered.forget(item.target.host).then(show);
      }),
    );
    disposables.add(
      pick.onDidAccept(() => {
        resolve(pick.selectedItems[0]?.target);
        pick.hide();
      }),
    );
    disposables.add(pick.onDidHide(() => resolve(undefined)));
  });
  pick.show();
  listHosts(currentEnvironment(), sshConfigFile).then(
    (hosts) => {
      listed = hosts;
      pick.busy = false;
      show();
    },
    (error: unknown) => {
      // A typed host can still be chosen.
      pick.busy = false;
      pick.placeholder = errorWords(error, l10n).detail;
    },
  );
  try {
    return await chosen;
  } finally {
    disposables.dispose();
  }
}

function toItem(choice: HostChoice, forget: vscode.QuickInputButton): HostItem {
  if (choice.kind === 'group') return { label: choice.label, kind: vscode.QuickPickItemKind.Separator };
  return {
    label: choice.label,
    description: choice.description,
    iconPath: new vscode.ThemeIcon(choice.icon),
    target: choice.target,
    ...(choice.remembered ? { buttons: [forget] } : {}),
  };
}
