import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Credentials } from '../../../extension/transport/credentials.ts';
import { fakeContext } from '../../fakes/connectContext.ts';

const request = { kind: 'password', subject: 'root@node1', echo: false } as const;

/** A store like VS Code's, in memory. */
function memoryStore(entries: readonly (readonly [string, string])[] = []): {
  readonly values: Map<string, string>;
  get(key: string): Promise<string | undefined>;
  store(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
} {
  const values = new Map(entries);
  return {
    values,
    get: async (key) => values.get(key),
    store: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}

describe('Credentials', () => {
  it('asks three times, counting, and then has nothing left', async () => {
    const context = fakeContext({ secrets: ['a', 'b', 'c', 'd'] });
    const source = new Credentials().source(request, context, 'authenticate');
    const tried: (string | undefined)[] = [];
    for (let turn = 0; turn < 4; turn++) {
      tried.push(await source.next());
      await source.rejected();
    }
    assert.deepEqual(tried, ['a', 'b', 'c', undefined]);
    assert.deepEqual(
      context.asked.secrets.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
  });

  it('remembers what was right, not what was wrong', async () => {
    const credentials = new Credentials();
    const first = credentials.source(request, fakeContext({ secrets: ['wrong', 'right'] }), 'authenticate');
    await first.next();
    await first.rejected();
    await first.next();
    await first.accepted();
    const background = fakeContext({ interactive: false });
    assert.equal(await credentials.source(request, background, 'authenticate').next(), 'right');
    const wrong = credentials.source(request, background, 'authenticate');
    await wrong.next();
    await wrong.rejected();
    await assert.rejects(credentials.source(request, background, 'authenticate').next(), /promptNeeded/);
  });

  it('keeps secrets of different subjects apart', async () => {
    const credentials = new Credentials();
    const first = credentials.source(request, fakeContext({ secrets: ['one'] }), 'authenticate');
    await first.next();
    await first.accepted();
    const other = { ...request, subject: 'root@node2' };
    assert.equal(await credentials.source(other, fakeContext({ secrets: ['two'] }), 'authenticate').next(), 'two');
  });

  it('stores only with consent, and forgets a stored secret that is wrong', async () => {
    const store = memoryStore([['password:root@node1', 'stale']]);
    const agreeing = fakeContext();
    const prompts = { ...agreeing.prompts, askSecret: async () => ({ secret: 'fresh', remember: true }) };
    const source = new Credentials(store).source(request, { ...agreeing, prompts }, 'authenticate');
    assert.equal(await source.next(), 'stale');
    await source.rejected();
    assert.equal(store.values.size, 0);
    assert.equal(await source.next(), 'fresh');
    assert.equal(store.values.size, 0);
    await source.accepted();
    assert.deepEqual([...store.values], [['password:root@node1', 'fresh']]);
  });

  it('is cancelled when the question is dismissed, or the attempt is', async () => {
    const dismissed = new Credentials().source(request, fakeContext(), 'authenticate');
    await assert.rejects(dismissed.next(), /cancelled/);
    const signal = AbortSignal.abort();
    const cancelled = new Credentials().source(request, fakeContext({ signal, secrets: ['a'] }), 'authenticate');
    await assert.rejects(cancelled.next(), /cancelled/);
  });
});
