import { join } from 'node:path';
import { cancellable } from '../../common/cancellation.ts';
import { DisposableStore, toDisposable } from '../../common/disposable.ts';
import { TransportError } from '../../common/transportError.ts';
import type { ClientEnvironment } from '../clientEnvironment.ts';
import type { Credentials } from '../credentials.ts';
import { startChildProcess } from '../process/childProcess.ts';
import { toCommandLine } from '../shellQuote.ts';
import type { TypedHost } from '../sshConfig/evaluateConfig.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import { resolveHost } from '../sshConfig/resolveHost.ts';
import type { ConnectContext, MachineConnection, RemoteProcess, Transport } from '../transport.ts';
import { createAnswerer } from './answerQuestion.ts';
import { AskpassServer } from './askpassServer.ts';
import { classifySshFailure } from './classifySshFailure.ts';

/** What the master connection prints once it stands (by LocalCommand). */
const connectedWord = 'kube-service-rules-connected';

export interface OpenSshOptions {
  readonly host: TypedHost;
  readonly environment: ClientEnvironment;
  readonly credentials: Credentials;
  /** ssh_config to use instead of the user's and the system's (`ssh -F`). */
  readonly configFile?: string | undefined;
  /** `process.execPath`: runs the small program that passes ssh's questions on. */
  readonly executable: string;
  /** The program; `ssh` on PATH by default. */
  readonly program?: string;
}

/**
 * Reaches a machine with the system's `ssh`, for what ssh2 cannot: security keys, certificates, ProxyCommand, Match
 * exec. One master connection carries all commands; where OpenSSH has no connection sharing (Windows) each command
 * connects for itself, and without questions, so that only keys in an agent work there.
 */
export class OpenSshTransport implements Transport {
  readonly label: string;
  readonly #options: OpenSshOptions;

  constructor(options: OpenSshOptions) {
    this.label = options.host.alias;
    this.#options = options;
  }

  async connect(context: ConnectContext): Promise<MachineConnection> {
    const { host, environment, configFile } = this.#options;
    const settings = await resolveHost(host, environment, configFile);
    context.report({ step: 'connect', host: labelOf(settings) });
    context.log.info(`Connecting to ${labelOf(settings)} with the system's ssh`);
    return environment.platform === 'win32'
      ? new OpenSshConnection(
          this.#command(['-T', '-o', 'BatchMode=yes', ...strictness(settings)]),
          environment.variables,
          settings,
          new Promise(() => {}),
          () => {},
        )
      : this.#connectMaster(settings, context);
  }

  async #connectMaster(settings: HostSettings, context: ConnectContext): Promise<MachineConnection> {
    const { credentials, executable, environment } = this.#options;
    const owned = new DisposableStore();
    const answerer = createAnswerer(settings, credentials, context);
    const askpass = owned.add(await AskpassServer.start(executable, answerer.handler));
    const variables = { ...environment.variables, ...askpass.variables };
    const socket = join(askpass.folder, 'master');
    try {
      const [program, ...args] = this.#command([
        ...['-M', '-T', '-S', socket, '-o', 'ControlPersist=no'],
        ...['-o', 'PermitLocalCommand=yes', '-o', `LocalCommand=echo ${connectedWord}`],
        ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
        ...strictness(settings),
        ...['-o', `ConnectTimeout=${settings.connectTimeoutSeconds}`, '-o', 'ForwardAgent=no', '-o', 'ForwardX11=no'],
      ]);
      // It ends when its stdin does, which the system closes even where the extension host crashes.
      const master = await startChildProcess(program, [...args, 'cat'], variables);
      owned.add(toDisposable(() => master.kill()));
      let stderr = '';
      master.stderr.on('data', (chunk: Buffer) => {
        stderr = `${stderr}${chunk.toString()}`.slice(-64 * 1024);
      });
      const stands = new Promise<true>((resolve) => {
        let stdout = '';
        master.stdout.on('data', (chunk: Buffer) => {
          stdout = `${stdout}${chunk.toString()}`.slice(-1024);
          if (stdout.includes(connectedWord)) resolve(true);
        });
      });
      const outcome = await cancellable(
        Promise.race([stands, master.exited, answerer.failed]),
        context.signal,
        'authenticate',
      );
      if (outcome !== true) throw classifySshFailure(stderr, settings);
      await answerer.succeeded();
      const lost = master.exited.then(
        () => new TransportError('connectionLost', { step: 'session', args: {}, detail: stderr }),
      );
      const command = this.#command(['-S', socket, '-o', 'ControlMaster=no', '-o', 'BatchMode=yes', '-T']);
      return new OpenSshConnection(command, environment.variables, settings, lost, () => owned.dispose());
    } catch (error) {
      owned.dispose();
      throw error;
    }
  }

  /** `ssh` with options and the host; what is to run there follows. */
  #command(options: readonly string[]): [string, ...string[]] {
    const { program = 'ssh', configFile, host } = this.#options;
    return [
      program,
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...options,
      // What the configuration means for sessions of the user's own.
      ...['-o', 'ClearAllForwardings=yes', '-o', 'RemoteCommand=none'],
      ...(host.user === undefined ? [] : ['-l', host.user]),
      ...(host.port === undefined ? [] : ['-p', String(host.port)]),
      '--',
      host.alias,
    ];
  }
}

/** With `StrictHostKeyChecking=no` ssh would go on although the host's key has changed. */
function strictness({ strictHostKeyChecking }: HostSettings): readonly string[] {
  return strictHostKeyChecking === 'accept-new' ? ['-o', 'StrictHostKeyChecking=accept-new'] : [];
}

class OpenSshConnection implements MachineConnection {
  readonly label: string;
  readonly user: string;
  readonly closed: Promise<TransportError | undefined>;
  readonly #command: readonly [string, ...string[]];
  readonly #variables: NodeJS.ProcessEnv;
  readonly #release: () => void;
  #settleClosed: () => void = () => {};

  constructor(
    command: readonly [string, ...string[]],
    variables: NodeJS.ProcessEnv,
    settings: HostSettings,
    lost: Promise<TransportError>,
    release: () => void,
  ) {
    this.label = labelOf(settings);
    this.user = settings.user;
    this.#command = command;
    this.#variables = variables;
    this.#release = release;
    const ended = new Promise<undefined>((resolve) => {
      this.#settleClosed = () => resolve(undefined);
    });
    this.closed = Promise.race([ended, lost]);
    lost.then(() => release());
  }

  async start(argv: readonly string[], signal: AbortSignal): Promise<RemoteProcess> {
    const [program, ...args] = this.#command;
    const process = await startChildProcess(program, [...args, toCommandLine(argv)], this.#variables);
    if (signal.aborted) {
      process.kill();
      throw new TransportError('cancelled', { step: 'session', args: {} });
    }
    // 255 is ssh's own failure, not the command's.
    const exited = process.exited.then((status) => (status.code === 255 ? {} : status));
    return { ...process, exited };
  }

  dispose(): void {
    this.#settleClosed();
    this.#release();
  }
}
