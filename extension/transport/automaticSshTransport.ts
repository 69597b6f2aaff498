import { isTransportError } from '../common/transportError.ts';
import type { ConnectContext, MachineConnection, Transport } from './transport.ts';

/** Uses ssh2, and the system's `ssh` where the host's configuration or keys need that. */
export class AutomaticSshTransport implements Transport {
  readonly label: string;
  readonly #ssh: Transport;
  readonly #openSsh: Transport;

  constructor(ssh: Transport, openSsh: Transport) {
    this.label = ssh.label;
    this.#ssh = ssh;
    this.#openSsh = openSsh;
  }

  async connect(context: ConnectContext): Promise<MachineConnection> {
    try {
      return await this.#ssh.connect(context);
    } catch (error) {
      if (!isTransportError(error, 'needsOpenSsh')) throw error;
      context.log.info(`${error.args.feature} (${error.detail}): the system's ssh is used`);
      return this.#openSsh.connect(context);
    }
  }
}
