import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { silentLogger } from '../../../extension/common/logger.ts';
import { TransportError } from '../../../extension/common/transportError.ts';
import { retryDelaySeconds } from '../../../extension/transport/backoff.ts';
import { type Link, ReconnectingConnection } from '../../../extension/transport/reconnectingConnection.ts';

const lost = new TransportError('connectionLost', { step: 'session', args: {} });
const refused = new TransportError('connectionRefused', { step: 'connect', args: { host: 'node1', port: 22 } });
const changed = new TransportError('hostKeyChanged', {
  step: 'hostKey',
  args: { host: 'node1', port: 22, keyType: '', fingerprint: '', file: '', line: 1 },
});

class FakeLink implements Link {
  disposed = false;
  readonly lost: Promise<TransportError>;
  lose: (reason: TransportError) => void = () => {};

  constructor() {
    this.lost = new Promise((resolve) => {
      this.lose = resolve;
    });
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** A connection of which each attempt takes the next outcome, with its states as text. */
function connectionWith(
  outcomes: readonly (FakeLink | Error)[],
  now: () => number = () => 0,
): {
  readonly connection: ReconnectingConnection<FakeLink>;
  readonly states: string[];
  readonly interactive: boolean[];
} {
  const left = [...outcomes];
  const interactive: boolean[] = [];
  const states: string[] = [];
  const connection = new ReconnectingConnection<FakeLink>({
    log: silentLogger,
    random: () => 0,
    now,
    sleep: async () => setImmediate(),
    connect: async (attempt) => {
      interactive.push(attempt.interactive);
      const next = left.shift() ?? lost;
      if (next instanceof Error) throw next;
      return next;
    },
  });
  connection.onDidChangeState((state) => {
    const detail =
      state.kind === 'reconnecting'
        ? ` ${state.reason.reason} ${state.attempt} ${state.retryInSeconds}`
        : state.kind === 'failed'
          ? ` ${state.reason.reason}`
          : '';
    states.push(`${state.kind}${detail}`);
  });
  return { connection, states, interactive };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn++) await setImmediate();
  assert.ok(condition());
}

describe('ReconnectingConnection', () => {
  it('makes a lost link again, without questions, and says why', async () => {
    const first = new FakeLink();
    const { connection, states, interactive } = connectionWith([first, refused, refused, new FakeLink()]);
    await connection.connect();
    first.lose(lost);
    await until(() => connection.state.kind === 'reconnecting');
    await until(() => connection.state.kind === 'connected');
    assert.deepEqual(states, [
      'connecting',
      'connected',
      'reconnecting connectionLost 1 1',
      'reconnecting connectionLost 1 0',
      'reconnecting connectionRefused 2 2',
      'reconnecting connectionRefused 2 0',
      'reconnecting connectionRefused 3 4',
      'reconnecting connectionRefused 3 0',
      'connected',
    ]);
    assert.deepEqual(interactive, [true, false, false, false]);
    assert.ok(first.disposed);
  });

  it('waits longer when links are lost as soon as they stand, until one is steady', async () => {
    const links = [new FakeLink(), new FakeLink(), new FakeLink()];
    let milliseconds = 0;
    const { connection, states } = connectionWith([...links, new FakeLink()], () => milliseconds);
    await connection.connect();
    for (const [index, link] of links.entries()) {
      if (index === 2) milliseconds += 60_000;
      link.lose(lost);
      await until(() => connection.state.kind === 'reconnecting');
      await until(() => connection.state.kind === 'connected');
    }
    const waits = states.filter((state) => state.startsWith('reconnecting') && !state.endsWith(' 0'));
    assert.deepEqual(waits, [
      'reconnecting connectionLost 1 1',
      'reconnecting connectionLost 2 2',
      'reconnecting connectionLost 1 1',
    ]);
  });

  it('gives up when an attempt fails for a reason that does not pass', async () => {
    const first = new FakeLink();
    const { connection, states, interactive } = connectionWith([first, changed, new FakeLink()]);
    await connection.connect();
    first.lose(lost);
    await until(() => connection.state.kind === 'failed');
    await setImmediate();
    assert.equal(states.at(-1), 'failed hostKeyChanged');
    assert.equal(interactive.length, 2);
  });

  it('does not retry the first attempt', async () => {
    const { connection, states } = connectionWith([refused]);
    await assert.rejects(connection.connect(), refused);
    assert.deepEqual(states, ['connecting', 'failed connectionRefused']);
  });

  it('stops for good when it is disconnected while it waits', async () => {
    const first = new FakeLink();
    const { connection, states } = connectionWith([first, new FakeLink()]);
    await connection.connect();
    first.lose(lost);
    await until(() => connection.state.kind === 'reconnecting');
    connection.disconnect();
    await setImmediate();
    await setImmediate();
    assert.equal(states.at(-1), 'disconnected');
  });

  it('closes a link that arrives after the attempt was cancelled', async () => {
    const late = new FakeLink();
    let arrive: (link: FakeLink) => void = () => {};
    const connection = new ReconnectingConnection<FakeLink>({
      log: silentLogger,
      connect: () =>
        new Promise((resolve) => {
          arrive = resolve;
        }),
    });
    const connecting = connection.connect();
    connection.disconnect();
    arrive(late);
    await assert.rejects(connecting, /cancelled/);
    assert.ok(late.disposed);
    assert.equal(connection.state.kind, 'disconnected');
  });

  it('closes the link and is silent once disposed', async () => {
    const first = new FakeLink();
    const { connection, states } = connectionWith([first]);
    await connection.connect();
    connection.dispose();
    assert.ok(first.disposed);
    first.lose(lost);
    await setImmediate();
    assert.equal(states.at(-1), 'disconnected');
    await assert.rejects(connection.connect(), /cancelled/);
  });
});

describe('retry pauses', () => {
  it('grow from 1 to 30 seconds and are shortened by up to a quarter', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 50].map((attempt) => retryDelaySeconds(attempt, 0)),
      [1, 2, 4, 8, 16, 30, 30],
    );
    assert.equal(retryDelaySeconds(3, 1), 3);
  });
});
