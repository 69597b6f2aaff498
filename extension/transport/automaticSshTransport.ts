import { isTransportError } from '../common/transportError.ts';
import type { ConnectContext, MachineConnection, Transport } from './transport.ts';

/**
 * Uses ssh2, and the system's `ssh` where the host's configuration or keys need that. Once it was needed it is used
 * right away.
 */
export class AutomaticSshTransport implements Transport {
  readonly label: string;
  readonly #ssh: Transport;
  readonly #openSsh: Transport;
  #preferred: Transport;

  constructor(ssh: Transport, openSsh: Transport) {
    this.label = ssh.label;
    this.#ssh = ssh;
    this.#openSsh = openSsh;
    this.#preferred = ssh;
  }

  async connect(context: ConnectContext): Promise<MachineConnection> {
    try {
      return await this.#preferred.connect(context);
    } catch (error) {
      if (this.#preferred !== this.#ssh || !isTransportError(error, 'needsOpenSsh')) throw error;
      context.log.info(`${error.args.feature} (${error.detail}): the system's ssh is used`);
      this.#preferred = this.#openSsh;
      return this.#openSsh.connect(context);
    }
  }
}
