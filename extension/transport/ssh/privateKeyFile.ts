import { readFile } from 'node:fs/promises';
import { hasErrorCode } from '../../common/errorCode.ts';
import { keyTypeOf } from '../knownHosts/parseKnownHosts.ts';
import { type ParsedKey, parseKey } from './ssh2.ts';

/** What an identity file holds, as far as it can be told without its passphrase. */
export type PrivateKeyFile =
  | { readonly kind: 'usable'; readonly file: string; readonly publicKey: ParsedKey; readonly privateKey: ParsedKey }
  /** `publicKey` is missing where the format hides it until the key is decrypted and no `.pub` file lies beside it. */
  | { readonly kind: 'encrypted'; readonly file: string; readonly publicKey?: ParsedKey; readonly text: string }
  /** A public key only: its private half may be in the agent. */
  | { readonly kind: 'public'; readonly file: string; readonly publicKey: ParsedKey }
  /** A key of a kind that ssh2 cannot sign with; `keyType` says which. */
  | { readonly kind: 'unsupported'; readonly file: string; readonly keyType: string }
  /** `problem` is what the system or the parser said. */
  | { readonly kind: 'unreadable'; readonly file: string; readonly problem: string };

/** Reads an identity file; undefined when there is none. */
export async function readPrivateKeyFile(file: string): Promise<PrivateKeyFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    return { kind: 'unreadable', file, problem: error instanceof Error ? error.message : String(error) };
  }
  const parsed = parseOne(text);
  if (!(parsed instanceof Error)) {
    return parsed.isPrivateKey()
      ? { kind: 'usable', file, publicKey: publicHalf(parsed), privateKey: parsed }
      : { kind: 'public', file, publicKey: parsed };
  }
  const blob = publicBlobOf(text);
  const keyType = blob === undefined ? undefined : keyTypeOf(blob);
  if (keyType !== undefined && /^sk-|-cert-v0\d/.test(keyType)) return { kind: 'unsupported', file, keyType };
  if (!/no passphrase given/.test(parsed.message)) return { kind: 'unreadable', file, problem: parsed.message };
  const publicKey = (blob === undefined ? undefined : publicKeyFromBlob(blob)) ?? (await readPublicKey(`${file}.pub`));
  return { kind: 'encrypted', file, text, ...(publicKey === undefined ? {} : { publicKey }) };
}

/** Decrypts the text of a private key; undefined when the passphrase is wrong. */
export function decryptPrivateKey(text: string, passphrase: string): ParsedKey | undefined {
  const parsed = parseOne(text, passphrase);
  return parsed instanceof Error || !parsed.isPrivateKey() ? undefined : parsed;
}

/** The public key that goes over the wire as `blob`; undefined when its type is not supported. */
function publicKeyFromBlob(blob: Buffer): ParsedKey | undefined {
  const parsed = parseOne(`${keyTypeOf(blob) ?? ''} ${blob.toString('base64')}`);
  return parsed instanceof Error ? undefined : parsed;
}

/** The public half of `key`, in which nothing private remains. */
export function publicHalf(key: ParsedKey): ParsedKey {
  return publicKeyFromBlob(key.getPublicSSH()) ?? key;
}

function parseOne(text: string, passphrase?: string): ParsedKey | Error {
  const parsed: unknown = passphrase === undefined ? parseKey(text) : parseKey(text, passphrase);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (first instanceof Error) return first;
  return isParsedKey(first) ? first : new Error('No key found');
}

function isParsedKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value && 'isPrivateKey' in value;
}

async function readPublicKey(file: string): Promise<ParsedKey | undefined> {
  try {
    const parsed = parseOne(await readFile(file, 'utf8'));
    return parsed instanceof Error ? undefined : parsed;
  } catch {
    return undefined;
  }
}

/**
 * The public key that stands in clear in an encrypted private key file: OpenSSH's own format (PROTOCOL.key in its
 * sources) and PuTTY's. The older PEM format has none.
 */
function publicBlobOf(text: string): Buffer | undefined {
  const openSsh = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (openSsh !== undefined) return publicBlobOfOpenSsh(Buffer.from(openSsh, 'base64'));
  const putty = /^Public-Lines: (\d+)\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)/m.exec(text);
  if (putty?.[1] === undefined || putty[2] === undefined) return undefined;
  return Buffer.from(putty[2].split(/\r?\n/).slice(0, Number(putty[1])).join(''), 'base64');
}

function publicBlobOfOpenSsh(bytes: Buffer): Buffer | undefined {
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const field = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    return at <= bytes.length ? bytes.subarray(start, at) : undefined;
  };
  // Cipher, key derivation function and its options; then the number of keys, and the first public key.
  if (field() === undefined || field() === undefined || field() === undefined) return undefined;
  at += 4;
  return field();
}
