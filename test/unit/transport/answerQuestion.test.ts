import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Credentials } from '../../../extension/transport/credentials.ts';
import { createAnswerer } from '../../../extension/transport/openssh/answerQuestion.ts';
import type { HostSettings } from '../../../extension/transport/sshConfig/hostSettings.ts';
import { type FakeContextOptions, fakeContext } from '../../fakes/connectContext.ts';

const settings: HostSettings = {
  alias: 'node1',
  hostName: 'node1.example',
  port: 2222,
  user: 'admin',
  identityFiles: [],
  identitiesOnly: false,
  identityAgent: { kind: 'none' },
  userKnownHostsFiles: ['/home/me/.ssh/known_hosts'],
  globalKnownHostsFiles: [],
  strictHostKeyChecking: 'ask',
  hashKnownHosts: false,
  hostKeyAlias: undefined,
  connectTimeoutSeconds: 20,
  addressFamily: 0,
  authenticationMethods: ['publickey', 'keyboard-interactive', 'password'],
  jumps: [],
  openSshFeatures: [],
};

const stored = new Map([
  ['passphrase:/home/me/.ssh/id_ed25519', 'the passphrase'],
  ['password:admin@node1.example:2222', "the node's password"],
]);
const store = {
  get: async (key: string) => stored.get(key),
  store: async () => {},
  delete: async () => {},
};

/** What ssh is told for a question, and what the user was asked for it. */
async function ask(prompt: string, answers: FakeContextOptions = {}) {
  const context = fakeContext(answers);
  const { handler } = createAnswerer(settings, new Credentials(store), context);
  const answer = await handler({ prompt, hint: 'entry' });
  return { answer, ...context.asked };
}

describe('createAnswerer', () => {
  it("answers ssh's own questions with the secret that is kept for the key or account they name", async () => {
    const passphrase = await ask("Enter passphrase for key '/home/me/.ssh/id_ed25519': ");
    assert.equal(passphrase.answer, 'the passphrase');
    assert.equal((await ask("admin@node1.example's password: ")).answer, "the node's password");
    assert.equal((await ask('(admin@node1.example) Password: ')).answer, "the node's password");
  });

  it('gives a server no passphrase, whatever it asks', async () => {
    const prompt = "(admin@node1.example) Enter passphrase for key '/home/me/.ssh/id_ed25519': ";
    const { answer, secrets } = await ask(prompt, { secrets: ['typed'] });
    assert.equal(answer, 'typed');
    assert.equal(secrets.length, 1);
  });

  it("gives a jump host its own password, not the node's", async () => {
    for (const prompt of ["me@jump's password: ", '(me@jump) Password: ']) {
      const { answer, secrets } = await ask(prompt, { secrets: ['of the jump host'] });
      assert.equal(answer, 'of the jump host');
      assert.equal(secrets[0]?.subject, 'me@jump');
    }
  });

  it('asks for what it does not know each time', async () => {
    const context = fakeContext({ secrets: ['1234', '5678'] });
    const { handler, succeeded } = createAnswerer(settings, new Credentials(store), context);
    assert.equal(await handler({ prompt: 'Verification code: ', hint: 'entry' }), '1234');
    await succeeded();
    assert.equal(await handler({ prompt: 'Verification code: ', hint: 'entry' }), '5678');
  });

  it('shows the host that the key is of, which may be a jump host', async () => {
    const prompt =
      "The authenticity of host '[jump]:2200 (192.0.2.1)' can't be established.\n" +
      'ED25519 key fingerprint is SHA256:abc.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ';
    const { answer, hostKeys } = await ask(prompt, { acceptHostKey: true });
    assert.equal(answer, 'yes');
    assert.deepEqual(
      hostKeys.map(({ hostId, keyType, fingerprint }) => [hostId, keyType, fingerprint]),
      [['[jump]:2200', 'ED25519', 'SHA256:abc']],
    );
  });

  it('says no to other yes-or-no questions without asking', async () => {
    const { answer, hostKeys } = await ask('Accept updated hostkeys? (yes/no): ', { acceptHostKey: true });
    assert.equal(answer, 'no');
    assert.equal(hostKeys.length, 0);
  });
});
