import { TransportError } from '../../common/transportError.ts';
import type { Credentials, SecretSource } from '../credentials.ts';
import { hostIdentity } from '../knownHosts/lookupHostKey.ts';
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

/** Translates the questions of the system's ssh into the prompts of this extension. */
export function createAnswerer(
  settings: HostSettings,
  credentials: Credentials,
  context: ConnectContext,
): QuestionAnswerer {
  const sources = new Map<string, SecretSource>();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const confirmHostKey = async (prompt: string): Promise<string | undefined> => {
    if (!context.interactive) {
      throw new TransportError('promptNeeded', { step: 'hostKey', args: { prompt: 'hostKey' } });
    }
    const key = {
      hostId: hostIdentity(settings.hostName, settings.port, settings.hostKeyAlias).hostId,
      keyType: /^(\S+) key fingerprint is/m.exec(prompt)?.[1] ?? '',
      fingerprint: /SHA256:[A-Za-z0-9+/]+/.exec(prompt)?.[0] ?? '',
      otherKnownKeys: [],
      knownHostsFile: settings.userKnownHostsFiles[0] ?? '',
    };
    const answer = await context.prompts.confirmHostKey(key, context.signal);
    if (answer === undefined) throw new TransportError('cancelled', { step: 'hostKey', args: {} });
    return answer ? 'yes' : 'no';
  };

  const askSecret = async (prompt: string): Promise<string | undefined> => {
    const keyFile = /passphrase for (?:key )?'?([^':]+)'?/i.exec(prompt)?.[1];
    const kind = keyFile !== undefined ? 'passphrase' : /password/i.test(prompt) ? 'password' : 'keyboardInteractive';
    const known = sources.get(prompt);
    // The same question again means that the answer was wrong.
    await known?.rejected();
    const source =
      known ??
      credentials.source({ kind, subject: keyFile ?? labelOf(settings), prompt, echo: false }, context, 'authenticate');
    sources.set(prompt, source);
    return source.next();
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
