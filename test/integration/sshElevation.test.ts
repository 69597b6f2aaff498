import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { TransportError } from '../../extension/common/transportError.ts';
import { Credentials } from '../../extension/transport/credentials.ts';
import { startElevated } from '../../extension/transport/elevation.ts';
import { type FakeContext, fakeContext } from '../fakes/connectContext.ts';
import { type NonRootOptions, nonRootMachine } from './support/nonRootMachine.ts';

/** Answers with its marker, then passes stdin on to stdout, and its arguments to stderr. */
const echoScript = 'printf "%s:ready\\n" "$1"; echo "script says: $*" >&2; exec cat';
const password = 'p4ss w0rd $HOME';

describe('becoming root', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-sudo-'));
  });
  after(() => rm(folder, { recursive: true }));

  const elevate = async (
    sudo: NonRootOptions['sudo'],
    context: FakeContext,
    credentials = new Credentials(),
  ): Promise<{ readonly stdout: string }> => {
    const machine = await nonRootMachine({ folder, sudo, password });
    try {
      const { process, output } = await startElevated(
        machine,
        'root',
        (marker) => ['sh', '-c', echoScript, 'sh', marker],
        'start',
        credentials,
        context,
      );
      assert.equal((await output.next())?.word, 'ready');
      output.release();
      process.stdin.end('first line\nsecond line');
      return { stdout: await text(process.stdout) };
    } finally {
      machine.dispose();
    }
  };

  const reasonOf = async (sudo: NonRootOptions['sudo'], context = fakeContext()): Promise<string> => {
    try {
      await elevate(sudo, context);
    } catch (error) {
      assert.ok(error instanceof TransportError, String(error));
      return error.reason;
    }
    return 'none';
  };

  it('asks nothing where sudo needs no password', async () => {
    const context = fakeContext();
    assert.equal((await elevate('free', context)).stdout, 'first line\nsecond line');
    assert.deepEqual(context.asked.secrets, []);
  });

  it('gives the password to sudo alone: not one byte of it reaches the program or the log', async () => {
    const context = fakeContext({ secrets: ['wrong', password] });
    const { stdout } = await elevate('password', context);
    assert.equal(stdout, 'first line\nsecond line');
    assert.deepEqual(
      context.asked.secrets.map(({ kind, subject, attempt }) => [kind, subject, attempt]),
      [
        ['sudoPassword', 'nobody@localhost', 1],
        ['sudoPassword', 'nobody@localhost', 2],
      ],
    );
    assert.ok(!context.lines.join('\n').includes(password));
  });

  it('remembers the password for the session', async () => {
    const credentials = new Credentials();
    await elevate('password', fakeContext({ secrets: [password] }), credentials);
    await elevate('password', fakeContext({ interactive: false }), credentials);
  });

  it('does not ask in the background', async () => {
    assert.equal(await reasonOf('password', fakeContext({ interactive: false })), 'promptNeeded');
  });

  it('names each way in which sudo refuses', async () => {
    assert.equal(await reasonOf('absent'), 'sudoMissing');
    assert.equal(await reasonOf('denied'), 'sudoNotAllowed');
    assert.equal(await reasonOf('tty'), 'sudoRequiresTty');
    assert.equal(await reasonOf('broken'), 'sudoFailed');
    assert.equal(await reasonOf('password', fakeContext({ secrets: ['a', 'b', 'c', 'd'] })), 'sudoPasswordWrong');
    assert.equal(await reasonOf('password', fakeContext()), 'cancelled');
  });
});
