import * as vscode from 'vscode';
import { withoutLinks } from '../common/withoutLinks.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type {
  ConnectionPrompts,
  DeliveryRequest,
  SecretAnswer,
  SecretRequest,
  UnknownHostKey,
} from '../transport/prompts.ts';

/** Asks the questions of connecting with VS Code's own dialogs. */
export class UserPrompts implements ConnectionPrompts {
  readonly #l10n: Localizer;
  /** VS Code has one input box: a second one, for another node, would dismiss the first. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(l10n: Localizer) {
    this.#l10n = l10n;
  }

  async confirmHostKey(key: UnknownHostKey, signal: AbortSignal): Promise<boolean | undefined> {
    const l10n = this.#l10n;
    const connect = l10n.t('Connect');
    const suspicion = key.otherKnownKeys.map(({ keyType, file, line }) =>
      l10n.t('Careful: a {0} key of this host is known already ({1}, line {2}).', keyType, file, line),
    );
    const detail = [
      l10n.t('Its {0} key has the fingerprint', key.keyType),
      key.fingerprint,
      ...suspicion,
      l10n.t(
        'Compare it with what the administrator of the node says. If you connect, it is remembered in {0}.',
        key.knownHostsFile,
      ),
    ].join('\n\n');
    const answer = vscode.window.showWarningMessage(
      l10n.t('The host {0} is not known.', key.hostId),
      { modal: true, detail },
      connect,
    );
    return untilAborted(
      answer.then((choice) => choice === connect),
      signal,
    );
  }

  askSecret(request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer | undefined> {
    const answer = this.#turn.then(() => (signal.aborted ? undefined : this.#askSecret(request, signal)));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async #askSecret(request: SecretRequest, signal: AbortSignal): Promise<SecretAnswer | undefined> {
    const l10n = this.#l10n;
    const input = vscode.window.createInputBox();
    input.title = this.#secretTitle(request);
    if (request.prompt !== undefined) input.prompt = withoutLinks(request.prompt);
    input.password = !request.echo;
    input.ignoreFocusOut = true;
    if (request.attempt > 1) {
      input.validationMessage = l10n.t('That was not right. Attempt {0}.', request.attempt);
    }
    const remembered = request.kind === 'password' || request.kind === 'passphrase';
    const rememberOff: vscode.QuickInputButton = {
      iconPath: new vscode.ThemeIcon('save'),
      tooltip: l10n.t('Not remembered. Select to keep it in the secret storage of VS Code'),
    };
    const rememberOn: vscode.QuickInputButton = {
      iconPath: new vscode.ThemeIcon('pass-filled'),
      tooltip: l10n.t('Kept in the secret storage of VS Code. Select to not remember it'),
    };
    let remember = false;
    if (remembered) input.buttons = [rememberOff];
    try {
      const secret = await new Promise<string | undefined>((resolve) => {
        const dismiss = (): void => resolve(undefined);
        signal.addEventListener('abort', dismiss, { once: true });
        input.onDidTriggerButton(() => {
          remember = !remember;
          input.buttons = [remember ? rememberOn : rememberOff];
        });
        input.onDidChangeValue(() => {
          input.validationMessage = undefined;
        });
        input.onDidAccept(() => resolve(input.value));
        input.onDidHide(dismiss);
        input.show();
      });
      return secret === undefined ? undefined : { secret, remember };
    } finally {
      input.dispose();
    }
  }

  async confirmDelivery(request: DeliveryRequest, signal: AbortSignal): Promise<boolean | undefined> {
    const l10n = this.#l10n;
    const copy = l10n.t('Copy');
    const files = request.files.map((file) => {
      const megabytes = (file.bytes / 1_000_000).toFixed(1);
      return file.name === 'runtime'
        ? l10n.t('Node.js runtime for {0}, {1} MB', request.machine, megabytes)
        : l10n.t('agent, {0} MB', megabytes);
    });
    const answer = vscode.window.showInformationMessage(
      l10n.t('Copy the agent to the node?'),
      {
        modal: true,
        detail: [
          l10n.t('These files are put into {0} on the node:', request.folder),
          files.join('\n'),
          l10n.t('They change nothing but test nodes that you mark. "Uninstall Agent from Node" removes them.'),
        ].join('\n\n'),
      },
      copy,
    );
    return untilAborted(
      answer.then((choice) => choice === copy),
      signal,
    );
  }

  #secretTitle({ kind, subject }: SecretRequest): string {
    const l10n = this.#l10n;
    switch (kind) {
      case 'password':
        return l10n.t('Password of {0}', subject);
      case 'passphrase':
        return l10n.t('Passphrase of the key {0}', subject);
      case 'sudoPassword':
        return l10n.t('Password for sudo of {0}', subject);
      case 'keyboardInteractive':
        return l10n.t('{0} asks', subject);
    }
  }
}

/** A message cannot be taken back; when the attempt is cancelled its answer is no longer waited for. */
function untilAborted<T>(answer: PromiseLike<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const dismiss = (): void => resolve(undefined);
    if (signal.aborted) dismiss();
    signal.addEventListener('abort', dismiss, { once: true });
    answer.then(resolve, reject);
  });
}
