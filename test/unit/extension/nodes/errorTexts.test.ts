import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AgentError } from '../../../../extension/agentClient/agentError.ts';
import { TransportError } from '../../../../extension/common/transportError.ts';
import { errorWords } from '../../../../extension/l10n/errorTexts.ts';
import { english } from '../../../../extension/l10n/localizer.ts';

describe('failures in words', () => {
  it('say which step failed, why, what was said and what to do', () => {
    const error = new TransportError('connectionRefused', {
      step: 'connect',
      args: { host: 'node-1', port: 22 },
      detail: 'ECONNREFUSED',
    });
    assert.deepEqual(errorWords(error, english), {
      summary: 'Connecting failed',
      detail:
        'node-1 refuses connections on port 22. It said: "ECONNREFUSED". Check that an SSH server runs there and that the port is right.',
    });
  });

  it('name the old line of a changed host key', () => {
    const error = new TransportError('hostKeyChanged', {
      step: 'hostKey',
      args: { host: 'h', port: 22, keyType: 'ED25519', fingerprint: 'SHA256:x', file: '/k', line: 7 },
    });
    assert.match(errorWords(error, english).detail, /line 7 of \/k/);
  });

  it('word what an agent says by its code', () => {
    const error = new AgentError('agent-silent', '-', { seconds: 60 });
    assert.equal(errorWords(error, english).detail, 'The agent did not answer within 60 seconds.');
  });

  it('pass on what nobody foresaw', () => {
    assert.equal(errorWords(new Error('odd'), english).detail, 'odd');
  });
});
