import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import * as z from 'zod/mini';
import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import { languageIds } from '../languageServer/languageIds.ts';

/** Where documents can come from that the language server looks into. */
const schemes = ['file', 'untitled', 'kube-service-rules', 'vscode-remote'] as const;

const argsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

/** Starts the language server in its own process and words what it finds. */
export function createLanguageClient(
  extensionUri: vscode.Uri,
  log: vscode.LogOutputChannel,
  l10n: Localizer,
): LanguageClient {
  const module = vscode.Uri.joinPath(extensionUri, 'dist', 'languageServer.js').fsPath;
  const run = { module, transport: TransportKind.ipc };
  return new LanguageClient(
    'kubeServiceRules.languageServer',
    l10n.t('Rule Dumps Language Server'),
    { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6009'] } } },
    {
      documentSelector: languageIds.flatMap((language) => schemes.map((scheme) => ({ language, scheme }))),
      outputChannel: log,
      middleware: {
        handleDiagnostics(uri, diagnostics, next) {
          for (const diagnostic of diagnostics) word(diagnostic, l10n);
          next(uri, diagnostics);
        },
      },
    },
  );
}

/** The server says a code and values beside its English sentence: here they become the user's language. */
function word(diagnostic: vscode.Diagnostic, l10n: Localizer): void {
  const args = argsSchema.safeParse('data' in diagnostic ? diagnostic.data : undefined);
  if (typeof diagnostic.code !== 'string' || !args.success) return;
  diagnostic.message = problemText({ code: diagnostic.code, message: diagnostic.message, args: args.data }, l10n);
}
