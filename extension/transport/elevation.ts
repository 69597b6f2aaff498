import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { cancellable } from '../common/cancellation.ts';
import { describeError, TransportError } from '../common/transportError.ts';
import type { TransportStep } from '../common/transportReasons.ts';
import type { Credentials, SecretSource } from './credentials.ts';
import { elevatedCommand } from './delivery/scripts.ts';
import { MarkedOutput } from './markedOutput.ts';
import type { ConnectContext, MachineConnection, RemoteProcess } from './transport.ts';

/** As whom the agent runs: `root` (through sudo where the login user is another), or the login user itself. */
export type Privilege = 'root' | 'loginUser';

/** A script that is running on the node with the privilege asked for, and its answers. */
export interface ElevatedProcess {
  readonly process: RemoteProcess;
  readonly output: MarkedOutput;
}

/** What is kept of stderr: sudo's words and whatever a login shell says before. */
const keptStderr = 64 * 1024;

/** How long sudo may take to answer, apart from the time in which the user is asked. */
const sudoAnswerSeconds = 30;

/**
 * Runs a script as root. sudo's password, when one is needed, goes over stdin alone, and only while sudo asks for it;
 * the script's own stdin and stdout are untouched: it begins to read only after its first answer.
 *
 * @param command makes the script's argv from the marker that its answers begin with
 * @throws TransportError `sudoMissing`, `sudoNotAllowed`, `sudoPasswordWrong`, `sudoRequiresTty`, `sudoFailed`, and
 * whatever starting a command throws
 */
export async function startElevated(
  machine: MachineConnection,
  privilege: Privilege,
  command: (marker: string) => readonly string[],
  step: TransportStep,
  credentials: Credentials,
  context: ConnectContext,
): Promise<ElevatedProcess> {
  const marker = `ksr-${randomBytes(16).toString('hex')}`;
  const process = await machine.start(elevatedCommand(marker, privilege === 'root', command(marker)), context.signal);
  process.stdin.on('error', () => {});
  const output = new MarkedOutput(process, marker);
  const conversation = new SudoConversation(machine, process, marker, credentials, context);
  try {
    const first = await cancellable(Promise.race([output.peek(), conversation.failed]), context.signal, step);
    if (first === undefined) throw await (output.ended ? conversation.explainEnd(step) : output.explainEnd(step));
    if (first.word === 'sudoMissing') {
      throw new TransportError('sudoMissing', { step: 'elevate', args: { user: machine.user } });
    }
    await conversation.succeeded();
    return { process, output };
  } catch (error) {
    process.kill();
    throw error;
  } finally {
    conversation.dispose();
  }
}

/** Answers sudo's questions on stderr until the script itself begins. */
class SudoConversation {
  /** Rejects when the conversation cannot go on; never resolves. */
  readonly failed: Promise<never>;
  readonly #machine: MachineConnection;
  readonly #process: RemoteProcess;
  readonly #prompt: string;
  readonly #source: SecretSource;
  readonly #context: ConnectContext;
  readonly #stderr: Readable;
  #text = '';
  #unanswered = '';
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;
  #fail: (error: unknown) => void = () => {};

  constructor(
    machine: MachineConnection,
    process: RemoteProcess,
    marker: string,
    credentials: Credentials,
    context: ConnectContext,
  ) {
    this.#machine = machine;
    this.#process = process;
    this.#prompt = `${marker}:password:`;
    this.#context = context;
    this.#stderr = process.stderr;
    this.#source = credentials.source(
      { kind: 'sudoPassword', subject: machine.label, echo: false },
      context,
      'elevate',
    );
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
    this.#stderr.on('data', this.#onText);
    this.#restartTimer();
  }

  /** The script has begun: what was typed, if anything, was right. */
  async succeeded(): Promise<void> {
    if (this.#asked > 0) await this.#source.accepted();
  }

  /** Why there was no answer: from sudo's words, or from how the process ended. */
  async explainEnd(step: TransportStep): Promise<TransportError> {
    const status = await this.#process.exited;
    const detail = this.#text.replaceAll(this.#prompt, '').trim();
    const user = this.#machine.user;
    if (/must have a tty|no tty present/i.test(detail)) {
      return new TransportError('sudoRequiresTty', { step: 'elevate', args: { user }, detail });
    }
    if (/not in the sudoers file|not allowed to (execute|run)|may not run sudo|not permitted/i.test(detail)) {
      return new TransportError('sudoNotAllowed', { step: 'elevate', args: { user }, detail });
    }
    if (/incorrect password|incorrect authentication|maximum \d+ incorrect/i.test(detail) || this.#asked > 1) {
      await this.#source.rejected();
      return new TransportError('sudoPasswordWrong', { step: 'elevate', args: { user }, detail });
    }
    if (/^sudo(-rs)?:/m.test(detail) || this.#asked > 0) {
      return new TransportError('sudoFailed', { step: 'elevate', args: { user }, detail });
    }
    if (status.code === undefined && status.signal === undefined) {
      return new TransportError('connectionLost', { step, args: {}, detail });
    }
    return new TransportError('unexpectedOutput', { step, args: {}, detail });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#stderr.off('data', this.#onText);
    // Without a reader the pipe would fill up; whoever wants the script's stderr adds a listener of its own.
    this.#stderr.resume();
  }

  readonly #onText = (chunk: Buffer | string): void => {
    this.#text = `${this.#text}${chunk.toString()}`.slice(-keptStderr);
    this.#unanswered = `${this.#unanswered}${chunk.toString()}`.slice(-keptStderr);
    const at = this.#unanswered.indexOf(this.#prompt);
    if (at === -1) return;
    this.#unanswered = this.#unanswered.slice(at + this.#prompt.length);
    this.#answer().catch((error: unknown) => this.#fail(error));
  };

  async #answer(): Promise<void> {
    clearTimeout(this.#timer);
    this.#context.report({ step: 'elevate' });
    if (this.#asked++ > 0) await this.#source.rejected();
    const password = await this.#source.next();
    if (password === undefined) {
      // sudo allows three attempts by default; ours are used up, so it is told that there is no more.
      this.#process.stdin.end();
      return;
    }
    this.#process.stdin.write(`${password}\n`);
    this.#restartTimer();
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const error = new TransportError('sudoFailed', {
        step: 'elevate',
        args: { user: this.#machine.user },
        detail: describeError(this.#text.replaceAll(this.#prompt, '')),
      });
      this.#fail(error);
    }, sudoAnswerSeconds * 1000);
  }
}
