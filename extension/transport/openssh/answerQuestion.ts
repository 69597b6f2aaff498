import { TransportError } from '../../common/transportError.ts';
import type { Credentials, SecretSource } from '../credentials.ts';
import { hostIdentity } from '../knownHosts/lookupHostKey.ts';
import { asksForPassword } from '../passwordPrompt.ts';
import type { SecretRequest } from '../prompts.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import type { ConnectContext } from '../transport.ts';
import type { AskpassHandler, AskpassQuestion } from './askpassServer.ts';

/** How the questions of one connection are answered, and what came of it. */
export interface QuestionAnswerer {
  readonly handler: AskpassHandler;
  /** Rejects when a question cannot be answered: dismissed by the user, or asked in the background. */
  readonly failed: Promise<never>;
  /** To be called when the connection stands: what was typed was right. */
  succeeded(): Promise<void>;
}

/**
 * Translates the questions of the system's ssh into the prompts of this extension. Some of their words come from
 * servers, jump hosts among them: a secret that is kept is only given to a question of ssh's own form, and only that
 * of the very key or account that the question names.
 */
export function createAnswerer(
  settings: HostSettings,
  credentials: Credentials,
  context: ConnectContext,
): QuestionAnswerer {
  const sources = new Map<string, SecretSource>();
  let asked = 0;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const confirmHostKey = async (prompt: string): Promise<string> => {
    const presented = hostKeyOf(prompt);
    if (presented === undefined) {
      context.log.info(`ssh asks, and is told no: ${prompt.trim()}`);
      return 'no';
    }
    if (!context.interactive) {
      throw new TransportError('promptNeeded', { step: 'hostKey', args: { prompt: 'hostKey' } });
    }
    const { hostName, port, hostKeyAlias, userKnownHostsFiles } = settings;
    const key = {
      ...presented,
      // Where the question names nobody it is about the host that was asked for.
      hostId: presented.hostId ?? hostIdentity(hostName, port, hostKeyAlias).hostId,
      otherKnownKeys: [],
      knownHostsFile: userKnownHostsFiles[0] ?? '',
    };
    const answer = await context.prompts.confirmHostKey(key, context.signal);
    if (answer === undefined) throw new TransportError('cancelled', { step: 'hostKey', args: {} });
    return answer ? 'yes' : 'no';
  };

  const askSecret = async (prompt: string): Promise<string | undefined> => {
    const request = keptSecretOf(prompt, settings);
    if (request === undefined) return askOnce(prompt);
    const known = sources.get(prompt);
    // The same question again means that the answer was wrong.
    await known?.rejected();
    const source = known ?? credentials.source({ ...request, prompt, echo: false }, context, 'authenticate');
    sources.set(prompt, source);
    return source.next();
  };

  /** One-time codes, PINs and whatever else servers think of: asked each time, never kept. */
  const askOnce = async (prompt: string): Promise<string> => {
    if (!context.interactive) {
      throw new TransportError('promptNeeded', { step: 'authenticate', args: { prompt: 'keyboardInteractive' } });
    }
    const request = { kind: 'keyboardInteractive' as const, subject: labelOf(settings), prompt, echo: false };
    const answer = await context.prompts.askSecret({ ...request, attempt: ++asked }, context.signal);
    if (answer === undefined) throw new TransportError('cancelled', { step: 'authenticate', args: {} });
    return answer.secret;
  };

  return {
    failed,
    handler: async ({ prompt, hint }: AskpassQuestion) => {
      try {
        if (hint === 'none') {
          context.log.info(`ssh: ${prompt.trim()}`);
          return '';
        }
        return await (/\(yes\/no/.test(prompt) ? confirmHostKey(prompt) : askSecret(prompt));
      } catch (error) {
        fail(error);
        return undefined;
      }
    },
    async succeeded() {
      for (const source of sources.values()) await source.accepted();
    },
  };
}

/** The key that a question of ssh is about (sshconnect.c); undefined for a question about something else. */
function hostKeyOf(
  prompt: string,
): { readonly hostId: string | undefined; readonly keyType: string; readonly fingerprint: string } | undefined {
  const fingerprint = /SHA256:[A-Za-z0-9+/]+/.exec(prompt)?.[0];
  if (fingerprint === undefined) return undefined;
  return {
    hostId: /authenticity of host '(\S+?)(?: \([^)]*\))?'/.exec(prompt)?.[1],
    keyType: /^(\S+) key fingerprint is/m.exec(prompt)?.[1] ?? '',
    fingerprint,
  };
}

/**
 * The secret that a question of ssh asks for, where it is one that is kept: the passphrase of a key file, or the
 * password of an account. ssh puts the account before what a server asks (`(user@host) Password:`) since OpenSSH 8.5;
 * a question without that names nobody.
 */
function keptSecretOf(prompt: string, settings: HostSettings): Pick<SecretRequest, 'kind' | 'subject'> | undefined {
  const keyFile = /^Enter passphrase for (?:key )?'([^']+)': ?$/.exec(prompt)?.[1];
  if (keyFile !== undefined) return { kind: 'passphrase', subject: keyFile };
  const account = /^(?:\((\S+@\S+)\) |(\S+@\S+)'s password: ?$)/.exec(prompt)?.slice(1).find(Boolean);
  if (account === undefined || !asksForPassword(prompt)) return undefined;
  const names = [settings.hostName, settings.hostKeyAlias].map((name) => `${settings.user}@${name}`.toLowerCase());
  return { kind: 'password', subject: names.includes(account.toLowerCase()) ? labelOf(settings) : account };
}
