import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Disposable } from '../../common/disposable.ts';

/** A question of the system's ssh. */
export interface AskpassQuestion {
  readonly prompt: string;
  /** `confirm` for a yes-or-no question, `none` for a notice that expects no answer (touch the security key). */
  readonly hint: 'entry' | 'confirm' | 'none';
}

/** Undefined dismisses the question. */
export type AskpassHandler = (question: AskpassQuestion) => Promise<string | undefined>;

/**
 * What ssh runs to ask (SSH_ASKPASS): it passes the question on to this process over a socket in a folder that only
 * the user can enter, and prints the answer. A constant: nothing is put into it.
 */
const helperProgram = `
const socket = require('node:net').connect(process.env.KSR_ASKPASS_SOCKET);
let answer = '';
socket.on('connect', () => socket.end(JSON.stringify({ prompt: process.argv[1], hint: process.env.SSH_ASKPASS_PROMPT })));
socket.on('data', (chunk) => { answer += chunk; });
socket.on('error', () => process.exit(1));
socket.on('end', () => {
  if (!answer.startsWith('+')) process.exit(1);
  process.stdout.write(answer.slice(1) + '\\n');
});
`;

const helperScript = '#!/bin/sh\nexec "$KSR_ASKPASS_NODE" -e "$KSR_ASKPASS_PROGRAM" -- "$1"\n';

/** Answers the questions that the system's ssh asks while it connects. */
export class AskpassServer implements Disposable {
  /** A folder that only the user can enter, with a short name: socket paths are limited. Removed on dispose. */
  readonly folder: string;
  /** To be added to ssh's environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #server: Server;

  private constructor(folder: string, server: Server, variables: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.variables = variables;
    this.#server = server;
  }

  static async start(executable: string, handler: AskpassHandler): Promise<AskpassServer> {
    const folder = await mkdtemp(join(tmpdir(), 'ksr-'));
    const script = join(folder, 'askpass');
    const socketPath = join(folder, 'socket');
    await writeFile(script, helperScript, { mode: 0o700 });
    const server = createServer({ allowHalfOpen: true }, (socket) => answerOne(socket, handler));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath, resolve);
    });
    return new AskpassServer(folder, server, {
      SSH_ASKPASS: script,
      SSH_ASKPASS_REQUIRE: 'force',
      KSR_ASKPASS_NODE: executable,
      KSR_ASKPASS_PROGRAM: helperProgram,
      KSR_ASKPASS_SOCKET: socketPath,
      ELECTRON_RUN_AS_NODE: '1',
    });
  }

  dispose(): void {
    this.#server.close();
    rm(this.folder, { recursive: true, force: true }).catch(() => {});
  }
}

function answerOne(socket: Socket, handler: AskpassHandler): void {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on('end', () => {
    const question = readQuestion(text);
    if (question === undefined) {
      socket.end('-');
      return;
    }
    handler(question).then(
      (answer) => socket.end(answer === undefined ? '-' : `+${answer}`),
      () => socket.end('-'),
    );
  });
}

const questionSchema = z.object({ prompt: z.string(), hint: z.optional(z.string()) });

/** Undefined when the helper was ended before it said all. */
function readQuestion(text: string): AskpassQuestion | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const question = questionSchema.safeParse(value);
  if (!question.success) return undefined;
  const { prompt, hint } = question.data;
  return { prompt, hint: hint === 'confirm' || hint === 'none' ? hint : 'entry' };
}
