import * as vscode from 'vscode';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { CounterChange } from './counterHistory.ts';

const scheme = 'kube-service-rules-element';

/**
 * A URI that carries how an element's line is decorated, so that the decoration provider needs no state: when the
 * decoration changes, the URI does. Undefined for a line without decoration.
 */
export function decorationUri(
  rootId: string,
  element: TreeElement,
  change: CounterChange | undefined,
): vscode.Uri | undefined {
  const query = new URLSearchParams();
  if (element.severity !== undefined && element.severity !== 'information') query.set('severity', element.severity);
  if (change !== undefined) query.set('changed', '1');
  if (query.size === 0) return undefined;
  return vscode.Uri.from({ scheme, path: `/${rootId}/${element.id}`, query: query.toString() });
}

/** Colours lines with problems as VS Code does for files with problems, and marks counters that moved. */
export class ElementDecorations implements vscode.FileDecorationProvider {
  readonly #l10n: Localizer;

  constructor(l10n: Localizer) {
    this.#l10n = l10n;
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== scheme) return undefined;
    const query = new URLSearchParams(uri.query);
    switch (query.get('severity')) {
      case 'error':
        return new vscode.FileDecoration(
          undefined,
          this.#l10n.t('Has errors'),
          new vscode.ThemeColor('list.errorForeground'),
        );
      case 'warning':
        return new vscode.FileDecoration(
          undefined,
          this.#l10n.t('Has warnings'),
          new vscode.ThemeColor('list.warningForeground'),
        );
      default:
        return query.has('changed') ? new vscode.FileDecoration('●', this.#l10n.t('Counters changed')) : undefined;
    }
  }
}
