import type { Duplex } from 'node:stream';
import { throwIfCancelled, withTimeout } from '../../common/cancellation.ts';
import { TransportError } from '../../common/transportError.ts';
import type { ClientEnvironment } from '../clientEnvironment.ts';
import type { Credentials } from '../credentials.ts';
import type { TypedHost } from '../sshConfig/evaluateConfig.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import type { ConnectContext, MachineConnection, Transport } from '../transport.ts';
import { openClient } from './openClient.ts';
import { findRoute } from './route.ts';
import type { SshClient } from './ssh2.ts';
import { SshConnection } from './sshConnection.ts';
import { tcpConnect } from './tcpConnect.ts';

/** A jump host that we are connected to. */
interface Hop {
  readonly label: string;
  readonly client: SshClient;
}

/** Reaches a machine with ssh2, through as many jump hosts as ssh_config says. */
export class SshTransport implements Transport {
  readonly label: string;
  readonly #host: TypedHost;
  readonly #environment: ClientEnvironment;
  readonly #credentials: Credentials;
  readonly #configFile: string | undefined;

  /** @param options.configFile ssh_config to use instead of the user's and the system's, as with `ssh -F` */
  constructor(options: {
    readonly host: TypedHost;
    readonly environment: ClientEnvironment;
    readonly credentials: Credentials;
    readonly configFile?: string | undefined;
  }) {
    this.label = options.host.alias;
    this.#host = options.host;
    this.#environment = options.environment;
    this.#credentials = options.credentials;
    this.#configFile = options.configFile;
  }

  async connect(context: ConnectContext): Promise<MachineConnection> {
    const route = await findRoute(this.#host, this.#environment, this.#configFile);
    for (const { openSshFeatures } of route) {
      const [needed] = openSshFeatures;
      if (needed !== undefined) {
        throw new TransportError('needsOpenSsh', {
          step: 'configure',
          args: { feature: needed.feature },
          detail: `${needed.file}:${needed.line}`,
        });
      }
    }
    const hops: Hop[] = [];
    const disposeRoute = (): void => {
      for (const { client } of hops.toReversed()) client.destroy();
    };
    try {
      for (const hop of route.slice(0, -1)) {
        hops.push({ label: labelOf(hop), client: await this.#open(hop, hops.at(-1), context, 'jump') });
      }
      const target = route[route.length - 1] ?? route[0];
      const client = await this.#open(target, hops.at(-1), context, 'connect');
      return new SshConnection(client, target, disposeRoute);
    } catch (error) {
      disposeRoute();
      throw error;
    }
  }

  async #open(
    settings: HostSettings,
    via: Hop | undefined,
    context: ConnectContext,
    step: 'jump' | 'connect',
  ): Promise<SshClient> {
    throwIfCancelled(context.signal, step);
    context.report({ step, host: labelOf(settings) });
    context.log.info(`Connecting to ${labelOf(settings)}`);
    const socket =
      via === undefined
        ? await tcpConnect(
            {
              host: settings.hostName,
              port: settings.port,
              family: settings.addressFamily,
              timeoutSeconds: settings.connectTimeoutSeconds,
            },
            context.signal,
          )
        : await withTimeout(forward(via, settings), settings.connectTimeoutSeconds, context.signal, 'jump');
    const client = await openClient(settings, socket, this.#environment, this.#credentials, context);
    // A jump host's failure ends the connections that go through it, which is where it is reported.
    client.on('error', () => {});
    return client;
  }
}

/** Lets a jump host connect to the next machine. */
function forward(via: Hop, settings: HostSettings): Promise<Duplex> {
  const { hostName: host, port } = settings;
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new TransportError('connectionLost', { step: 'jump', args: {} }));
    via.client.once('close', gone);
    via.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      via.client.off('close', gone);
      if (error === undefined) {
        resolve(channel);
      } else {
        const args = { jumpHost: via.label, host, port };
        reject(new TransportError('jumpRefused', { step: 'jump', args, detail: error.message, cause: error }));
      }
    });
  });
}
