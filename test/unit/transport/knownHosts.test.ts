import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { TransportError } from '../../../extension/common/transportError.ts';
import { readKnownHosts, rememberHostKey } from '../../../extension/transport/knownHosts/knownHostsFiles.ts';
import {
  certificateAuthorityFor,
  fingerprintOf,
  hostIdentity,
  knownKeyTypes,
  lookupHostKey,
} from '../../../extension/transport/knownHosts/lookupHostKey.ts';
import { parseKnownHosts } from '../../../extension/transport/knownHosts/parseKnownHosts.ts';

/** A key in wire format: its type, then bytes that differ by `seed`. */
function wireKey(type: string, seed: number): Buffer {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.from([0, 0, 0, 4, seed, seed, seed, seed])]);
}

const ed25519 = wireKey('ssh-ed25519', 1);
const otherEd25519 = wireKey('ssh-ed25519', 2);
const rsa = wireKey('ssh-rsa', 3);

function line(hosts: string, key: Buffer, type = 'ssh-ed25519'): string {
  return `${hosts} ${type} ${key.toString('base64')}`;
}

function verdictOf(text: string, host: string, key: Buffer, port = 22, alias?: string): string {
  const { entries } = parseKnownHosts(text, 'known_hosts');
  const verdict = lookupHostKey(entries, hostIdentity(host, port, alias), key);
  return 'entry' in verdict ? `${verdict.kind} ${verdict.entry.line}` : verdict.kind;
}

describe('known_hosts', () => {
  it('knows a host by its name, whatever the case', () => {
    const text = `# comment\n\n${line('node1,10.0.0.1', ed25519)} comment with words\n`;
    assert.equal(verdictOf(text, 'node1', ed25519), 'known 3');
    assert.equal(verdictOf(text, 'NODE1', ed25519), 'known 3');
    assert.equal(verdictOf(text, '10.0.0.1', ed25519), 'known 3');
    assert.equal(verdictOf(text, 'node2', ed25519), 'unknown');
  });

  it('tells a changed key, and where the old one stands', () => {
    const text = `${line('other', ed25519)}\r\n${line('node1', otherEd25519)}\r\n`;
    assert.equal(verdictOf(text, 'node1', ed25519), 'changed 2');
  });

  it('accepts any of several keys of one type', () => {
    const text = `${line('node1', otherEd25519)}\n${line('node1', ed25519)}\n`;
    assert.equal(verdictOf(text, 'node1', ed25519), 'known 2');
  });

  it('calls a key of another type unknown, and names the known one', () => {
    const { entries } = parseKnownHosts(line('node1', rsa, 'ssh-rsa'), 'known_hosts');
    const verdict = lookupHostKey(entries, hostIdentity('node1', 22, undefined), ed25519);
    assert.equal(verdict.kind, 'unknown');
    assert.deepEqual(verdict.kind === 'unknown' && verdict.otherKnownKeys.map((entry) => [entry.keyType, entry.line]), [
      ['ssh-rsa', 1],
    ]);
  });

  it('takes a revoked key for revoked even where it is known as well', () => {
    const text = `${line('node1', ed25519)}\n@revoked ${line('*', ed25519)}\n`;
    assert.equal(verdictOf(text, 'node1', ed25519), 'revoked 2');
    assert.equal(verdictOf(`@revoked ${line('*', otherEd25519)}`, 'node1', ed25519), 'unknown');
  });

  it('understands wildcards and negation', () => {
    const text = line('*.example.org,!bad.example.org,node?', ed25519);
    assert.equal(verdictOf(text, 'a.example.org', ed25519), 'known 1');
    assert.equal(verdictOf(text, 'bad.example.org', ed25519), 'unknown');
    assert.equal(verdictOf(text, 'node7', ed25519), 'known 1');
    assert.equal(verdictOf(text, 'node77', ed25519), 'unknown');
  });

  it('looks for [host]:port, then for the bare host, as OpenSSH does', () => {
    assert.equal(verdictOf(line('[node1]:2222', ed25519), 'node1', ed25519, 2222), 'known 1');
    assert.equal(verdictOf(line('[node1]:2222', ed25519), 'node1', ed25519, 22), 'unknown');
    assert.equal(verdictOf(line('node1', ed25519), 'node1', ed25519, 2222), 'known 1');
    const both = `${line('node1', ed25519)}\n${line('[node1]:2222', otherEd25519)}`;
    assert.equal(verdictOf(both, 'node1', ed25519, 2222), 'changed 2');
  });

  it('looks for the HostKeyAlias alone', () => {
    const text = line('alias', ed25519);
    assert.equal(verdictOf(text, 'node1', ed25519, 2222, 'alias'), 'known 1');
  });

  it('reads hashed names', () => {
    // HMAC-SHA1 of "node1" with a salt of zeros.
    const text = line('|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|MQeRWuaLPvS9V7isNmyt7ncmrlE=', ed25519);
    assert.equal(verdictOf(text, 'node1', ed25519), 'known 1');
    assert.equal(verdictOf(text, 'node2', ed25519), 'unknown');
  });

  it('reports broken lines with their position and uses the others', () => {
    const text = [
      '@unknown-marker node1 ssh-ed25519 AAAA',
      'node1 ssh-ed25519',
      line('|1|short|short', ed25519),
      `node1 ssh-rsa ${ed25519.toString('base64')}`,
      'node1 ssh-ed25519 AAAA!!!!',
      line('node1', ed25519),
    ].join('\n');
    const { entries, broken } = parseKnownHosts(text, 'known_hosts');
    assert.deepEqual(
      broken.map((one) => [one.line, one.what]),
      [
        [1, 'marker'],
        [2, 'fields'],
        [3, 'hash'],
        [4, 'key'],
        [5, 'key'],
      ],
    );
    assert.deepEqual(
      entries.map((entry) => entry.line),
      [6],
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseKnownHosts(text, 'known_hosts');
      }),
    );
  });

  it('does not take a certificate authority for a known key', () => {
    const text = `@cert-authority ${line('*.example.org', ed25519)}`;
    assert.equal(verdictOf(text, 'a.example.org', ed25519), 'unknown');
    const { entries } = parseKnownHosts(text, 'known_hosts');
    assert.equal(certificateAuthorityFor(entries, hostIdentity('a.example.org', 22, undefined))?.line, 1);
  });

  it('names the types of known keys', () => {
    const { entries } = parseKnownHosts(`${line('node1', rsa, 'ssh-rsa')}\n@revoked ${line('node1', ed25519)}`, 'f');
    assert.deepEqual(knownKeyTypes(entries, hostIdentity('node1', 22, undefined)), ['ssh-rsa']);
    assert.deepEqual(knownKeyTypes(entries, hostIdentity('node1', 2222, undefined)), ['ssh-rsa']);
  });

  it('prints fingerprints as OpenSSH does', () => {
    assert.match(fingerprintOf(ed25519), /^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});

describe('remembering a host key', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('makes the file with mode 0600 in a folder with mode 0700', async () => {
    const file = join(folder, 'new', 'known_hosts');
    await rememberHostKey(file, 'node1', ed25519, false);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'new'))).mode & 0o777, 0o700);
    assert.equal(await readFile(file, 'utf8'), `${line('node1', ed25519)}\n`);
  });

  it('does not continue a last line that has no end', async () => {
    const file = join(folder, 'unfinished');
    await writeFile(file, line('first', rsa, 'ssh-rsa'));
    await rememberHostKey(file, '[node1]:2222', ed25519, false);
    const { entries, broken } = await readKnownHosts([file]);
    assert.deepEqual(broken, []);
    assert.deepEqual(
      entries.map((entry) => entry.line),
      [1, 2],
    );
  });

  it('hashes the name when asked to', async () => {
    const file = join(folder, 'hashed');
    await rememberHostKey(file, 'node1', ed25519, true);
    const text = await readFile(file, 'utf8');
    assert.doesNotMatch(text, /node1/);
    assert.equal(verdictOf(text, 'node1', ed25519), 'known 1');
    assert.equal(verdictOf(text, 'node2', ed25519), 'unknown');
  });

  it('says which file cannot be used', async () => {
    await assert.rejects(rememberHostKey(folder, 'node1', ed25519, false), (error: unknown) => {
      assert.ok(error instanceof TransportError);
      assert.equal(error.reason, 'knownHostsUnusable');
      return true;
    });
    await assert.rejects(readKnownHosts([folder]), /knownHostsUnusable/);
    assert.deepEqual(await readKnownHosts([join(folder, 'absent')]), { entries: [], broken: [] });
  });
});
