import type { Duplex } from 'node:stream';
import { describeError, TransportError } from '../../common/transportError.ts';
import type { TransportStep } from '../../common/transportReasons.ts';
import type { ClientEnvironment } from '../clientEnvironment.ts';
import type { Credentials } from '../credentials.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import type { ConnectContext } from '../transport.ts';
import { Authenticator } from './authenticator.ts';
import { Deadline } from './deadline.ts';
import { HostKeyVerifier } from './hostKeyVerifier.ts';
import { gatherIdentities } from './identities.ts';
import { Client, type SshClient } from './ssh2.ts';

/** A peer that stays silent for three of these is taken for gone. */
const keepaliveSeconds = 15;
const keepaliveCount = 3;

/**
 * Speaks SSH over `socket`: the host's key is verified first, then we authenticate.
 *
 * @throws TransportError whatever keeps us out; the socket is then destroyed
 */
export async function openClient(
  settings: HostSettings,
  socket: Duplex,
  environment: ClientEnvironment,
  credentials: Credentials,
  context: ConnectContext,
): Promise<SshClient> {
  // An error before ssh2 listens (the server may close at once) must not end the process.
  const ignoreEarlyError = (): void => {};
  socket.on('error', ignoreEarlyError);
  try {
    const verifier = await HostKeyVerifier.load(settings, context);
    const identities = await gatherIdentities(settings, environment, credentials, context);
    return await new Promise<SshClient>((resolve, reject) => {
      const client = new Client();
      let step: TransportStep = 'connect';
      let failed = false;
      const fail = (error: unknown): void => {
        if (failed) return;
        failed = true;
        deadline.stop();
        context.signal.removeEventListener('abort', onAbort);
        reject(error instanceof TransportError ? error : classifyClientError(error, step, settings));
        client.destroy();
        socket.destroy();
      };
      const onAbort = (): void => fail(new TransportError('cancelled', { step, args: {} }));
      const deadline = new Deadline(settings.connectTimeoutSeconds, (seconds) =>
        fail(new TransportError('timeout', { step, args: { seconds } })),
      );
      const authenticator = new Authenticator({
        settings,
        identities,
        credentials,
        context,
        deadline,
        onFailure: fail,
      });

      client.on('ready', () => {
        deadline.stop();
        authenticator.succeeded().then(() => {
          context.signal.removeEventListener('abort', onAbort);
          resolve(client);
        }, fail);
      });
      client.on('error', (error) => {
        // These two concern one key, after which ssh2 goes on with the next.
        if (error.level === 'agent' || /^Error (while )?signing/.test(error.message)) {
          context.log.debug(error.message);
        } else {
          fail(error);
        }
      });
      client.on('close', () => fail(new TransportError('connectionLost', { step, args: {} })));
      client.on('banner', (text) => context.log.info(`${labelOf(settings)} says: ${text.trim()}`));
      client.on('change password', () =>
        fail(new TransportError('passwordExpired', { step, args: { user: settings.user, host: settings.hostName } })),
      );
      context.signal.addEventListener('abort', onAbort, { once: true });
      if (context.signal.aborted) {
        onAbort();
        return;
      }
      deadline.restart();
      client.connect({
        sock: socket,
        username: settings.user,
        // Our own deadline stands still while the user is asked.
        readyTimeout: 0,
        keepaliveInterval: keepaliveSeconds * 1000,
        keepaliveCountMax: keepaliveCount,
        algorithms: { serverHostKey: verifier.algorithms },
        hostVerifier: (key: Buffer, answer: (valid: boolean) => void) => {
          if (verifier.acceptedKey !== undefined) {
            // A later key exchange. ssh2 corrupts data that is under way when its answer is not immediate then.
            answer(verifier.acceptedKey.equals(key));
            return;
          }
          step = 'hostKey';
          deadline.pause();
          context.report({ step: 'hostKey', host: labelOf(settings) });
          verifier.verify(key).then(
            () => {
              step = 'authenticate';
              context.report({ step: 'authenticate', host: labelOf(settings) });
              deadline.restart();
              answer(true);
            },
            (error: unknown) => {
              fail(error);
              answer(false);
            },
          );
        },
        authHandler: (methodsLeft, partialSuccess, next) =>
          authenticator.handle(methodsLeft, partialSuccess, (method) => {
            if (!failed) next(method);
          }),
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Names what ssh2 reports in words. */
function classifyClientError(error: unknown, step: TransportStep, settings: HostSettings): TransportError {
  const detail = describeError(error);
  const { hostName: host, port, user } = settings;
  const cause = error;
  if (/no matching/i.test(detail)) {
    return new TransportError('noCommonAlgorithm', { step, args: { host, port }, detail, cause });
  }
  if (/before handshake|identification string|protocol version|Bad packet length|header/i.test(detail)) {
    return new TransportError('notAnSshServer', { step, args: { host, port }, detail, cause });
  }
  if (/too many authentication failures/i.test(detail)) {
    return new TransportError('tooManyAuthenticationFailures', { step, args: { user, host }, detail, cause });
  }
  return new TransportError('connectionLost', { step, args: {}, detail, cause });
}
