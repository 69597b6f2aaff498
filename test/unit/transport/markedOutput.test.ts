import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { MarkedOutput } from '../../../extension/transport/markedOutput.ts';
import type { ExitStatus, RemoteProcess } from '../../../extension/transport/transport.ts';

interface FakeProcess {
  readonly process: RemoteProcess;
  readonly stdout: PassThrough;
  readonly exit: (status: ExitStatus) => void;
}

function fakeProcess(): FakeProcess {
  const stdout = new PassThrough();
  let exit: (status: ExitStatus) => void = () => {};
  const exited = new Promise<ExitStatus>((resolve) => {
    exit = resolve;
  });
  const process = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), exited, kill() {} };
  return { process, stdout, exit: (status) => exit(status) };
}

describe('MarkedOutput', () => {
  it('finds the lines behind whatever a login shell printed', async () => {
    const { process, stdout } = fakeProcess();
    const output = new MarkedOutput(process, 'mark');
    stdout.write('Welcome!\nno newline: mark:missing\na=1\nb=2\nmark:end\n');
    assert.deepEqual(await output.peek(), { word: 'missing', rest: '' });
    assert.deepEqual(await output.next(), { word: 'missing', rest: '' });
    assert.equal(await output.textUntil('end'), 'a=1\nb=2\n');
  });

  it('gives the rest to the next reader, to the byte, however it was cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(230), { maxLength: 6 }),
        async (rest, cuts) => {
          const { process, stdout } = fakeProcess();
          const output = new MarkedOutput(process, 'mark');
          const all = Buffer.concat([Buffer.from('noise\nmark:ready\n'), rest]);
          const places = [0, ...cuts.toSorted((a, b) => a - b).map((cut) => Math.min(cut, all.length)), all.length];
          for (let index = 1; index < places.length; index++)
            stdout.write(all.subarray(places[index - 1], places[index]));
          assert.deepEqual(await output.next(), { word: 'ready', rest: '' });
          output.release();
          stdout.end();
          assert.deepEqual(await buffer(stdout), Buffer.from(rest));
        },
      ),
    );
  });

  it('gives up on output that is not the script’s', async () => {
    const { process, stdout } = fakeProcess();
    const output = new MarkedOutput(process, 'mark');
    stdout.write(Buffer.alloc(300 * 1024, 'x'));
    assert.equal(await output.next(), undefined);
    assert.equal((await output.explainEnd('start')).reason, 'unexpectedOutput');
  });

  it('leaves the rest of endless output where it is', async () => {
    const { process, stdout } = fakeProcess();
    const output = new MarkedOutput(process, 'mark');
    const piece = Buffer.alloc(16 * 1024, 'x');
    let written = 0;
    while (written < 2 * 1024 * 1024 && stdout.write(piece)) {
      written += piece.length;
      await setImmediate();
    }
    assert.ok(written < 512 * 1024, `${written} bytes were taken`);
    assert.equal(output.ended, false);
    assert.equal(await output.peek(), undefined);
  });

  it('reads on behind noise that was nearly too long', async () => {
    const { process, stdout } = fakeProcess();
    const output = new MarkedOutput(process, 'mark');
    const noise = Buffer.alloc(256 * 1024 - 4, 'x');
    stdout.write(Buffer.concat([noise, Buffer.from('mark:missing\n')]));
    await setImmediate();
    stdout.write('a=1\nmark:end\n');
    assert.deepEqual(await output.next(), { word: 'missing', rest: '' });
    assert.equal(await output.textUntil('end'), 'a=1\n');
  });

  it('tells a lost connection from a script that ended', async () => {
    for (const [status, reason] of [
      [{}, 'connectionLost'],
      [{ code: 1 }, 'unexpectedOutput'],
    ] as const) {
      const { process, stdout, exit } = fakeProcess();
      const output = new MarkedOutput(process, 'mark');
      stdout.end('half a li');
      exit(status);
      assert.equal(await output.next(), undefined);
      assert.equal((await output.explainEnd('start')).reason, reason);
    }
  });
});
