/** One usable line of a known_hosts file. */
export interface KnownHostEntry {
  readonly marker: 'none' | 'revoked' | 'certAuthority';
  /** Either patterns or one hashed name. */
  readonly hosts:
    | { readonly kind: 'patterns'; readonly patterns: readonly string[] }
    | { readonly kind: 'hashed'; readonly salt: Buffer; readonly hash: Buffer };
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, ... */
  readonly keyType: string;
  /** The key as it goes over the wire. */
  readonly key: Buffer;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A line that could not be understood, and is therefore not used. */
export interface BrokenKnownHostLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly what: 'marker' | 'fields' | 'hash' | 'key';
}

export interface KnownHosts {
  readonly entries: readonly KnownHostEntry[];
  readonly broken: readonly BrokenKnownHostLine[];
}

/** Reads a known_hosts text as sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT", describes it. Never throws. */
export function parseKnownHosts(text: string, file: string): KnownHosts {
  const entries: KnownHostEntry[] = [];
  const broken: BrokenKnownHostLine[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n/)
    .entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const parsed = parseLine(content, file, index + 1);
    if (typeof parsed === 'string') broken.push({ file, line: index + 1, what: parsed });
    else entries.push(parsed);
  }
  return { entries, broken };
}

function parseLine(content: string, file: string, line: number): KnownHostEntry | BrokenKnownHostLine['what'] {
  const words = content.split(/[ \t]+/);
  const written = words[0]?.startsWith('@') ? words.shift() : undefined;
  const marker =
    written === undefined
      ? 'none'
      : written === '@revoked'
        ? 'revoked'
        : written === '@cert-authority'
          ? 'certAuthority'
          : undefined;
  if (marker === undefined) return 'marker';
  const [names, keyType, encoded] = words;
  if (names === undefined || keyType === undefined || encoded === undefined) return 'fields';
  const hosts = parseHosts(names);
  if (hosts === undefined) return 'hash';
  const key = Buffer.from(encoded, 'base64');
  // The key names its own type; a line that says otherwise was damaged.
  if (keyTypeOf(key) !== keyType || key.toString('base64') !== padded(encoded)) return 'key';
  return { marker, hosts, keyType, key, file, line };
}

function parseHosts(names: string): KnownHostEntry['hosts'] | undefined {
  if (!names.startsWith('|')) return { kind: 'patterns', patterns: names.split(',').filter((name) => name !== '') };
  const match = /^\|1\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)$/.exec(names);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const salt = Buffer.from(match[1], 'base64');
  const hash = Buffer.from(match[2], 'base64');
  // HMAC-SHA1: 20 bytes each.
  return salt.length === 20 && hash.length === 20 ? { kind: 'hashed', salt, hash } : undefined;
}

function padded(encoded: string): string {
  return encoded.padEnd(Math.ceil(encoded.length / 4) * 4, '=');
}

/** The type that a key in wire format (RFC 4253, 6.6) begins with; undefined when it is no such key. */
export function keyTypeOf(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || key.length <= 4 + length) return undefined;
  return key.toString('latin1', 4, 4 + length);
}
