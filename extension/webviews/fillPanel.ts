import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { type PageSources, pageHtml } from './pageHtml.ts';

/** What the page of a panel may do, and where its script and style come from. */
export function panelOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [mediaFolder(extensionUri)] };
}

/** Gives a panel its icon and its page. */
export function fillPanel(
  panel: vscode.WebviewPanel,
  view: PageSources['view'],
  title: string,
  extensionUri: vscode.Uri,
): void {
  const icons = vscode.Uri.joinPath(extensionUri, 'extension', 'media');
  panel.iconPath = {
    light: vscode.Uri.joinPath(icons, 'service-path-light.svg'),
    dark: vscode.Uri.joinPath(icons, 'service-path-dark.svg'),
  };
  const source = (file: string): string =>
    panel.webview.asWebviewUri(vscode.Uri.joinPath(mediaFolder(extensionUri), file)).toString();
  panel.webview.html = pageHtml({
    view,
    title,
    language: vscode.env.language,
    script: source('view.js'),
    style: source('view.css'),
    cspSource: panel.webview.cspSource,
    nonce: randomUUID(),
  });
}

function mediaFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}
