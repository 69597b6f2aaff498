import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { isTransportError, TransportError } from '../../../../extension/common/transportError.ts';
import { openClientLink, type StartedAgent } from '../../../../extension/nodes/clientLink.ts';

/** An agent that says something and then stays. */
function agentThatSays(text: string): StartedAgent & { readonly isDisposed: () => boolean } {
  let disposed = false;
  const stdout = new PassThrough();
  stdout.write(text);
  return {
    agent: {
      stdin: new PassThrough(),
      stdout,
      kill: () => {},
    },
    lost: new Promise<TransportError>(() => {}),
    dispose: () => {
      disposed = true;
    },
    isDisposed: () => disposed,
  };
}

describe('a conversation with an agent', () => {
  it('that is not understood fails for a reason that does not pass by itself, and ends the agent', async () => {
    const started = agentThatSays('Welcome to node-a\n\nLast login: today\n\n');
    await assert.rejects(openClientLink(started, 'test', new AbortController().signal), (error) => {
      assert(isTransportError(error, 'agentNotUnderstood'));
      assert.equal(error.args.code, 'broken-stream');
      return true;
    });
    assert(started.isDisposed());
  });

  it('that is cancelled says so', async () => {
    const cancelled = new AbortController();
    const opening = openClientLink(agentThatSays(''), 'test', cancelled.signal);
    cancelled.abort();
    await assert.rejects(opening, (error) => isTransportError(error, 'cancelled'));
  });

  it('fails with the reason for which the process ended', async () => {
    const exited = new TransportError('agentExited', { step: 'session', args: { code: 3 } });
    const started = { ...agentThatSays('no\n\n'), lost: Promise.resolve(exited) };
    await assert.rejects(openClientLink(started, 'test', new AbortController().signal), exited);
  });
});
