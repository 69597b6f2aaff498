import { createHash, createHmac } from 'node:crypto';
import { matchesPatternList } from '../wildcard.ts';
import { type KnownHostEntry, keyTypeOf } from './parseKnownHosts.ts';

/** What the known_hosts files say about a key that a host presents. */
export type HostKeyVerdict =
  | { readonly kind: 'known'; readonly entry: KnownHostEntry }
  /** No key of this type is known for the host. `otherKnownKeys` are those of other types. */
  | { readonly kind: 'unknown'; readonly otherKnownKeys: readonly KnownHostEntry[] }
  /** Another key of this type is known. */
  | { readonly kind: 'changed'; readonly entry: KnownHostEntry }
  | { readonly kind: 'revoked'; readonly entry: KnownHostEntry };

/** Where a host stands in known_hosts: its name there, and the bare name that OpenSSH tries after `[name]:port`. */
export interface HostIdentity {
  readonly hostId: string;
  readonly fallbackId: string | undefined;
}

/** How `host` (or its HostKeyAlias, which has no port) is written in known_hosts. */
export function hostIdentity(host: string, port: number, alias: string | undefined): HostIdentity {
  if (alias !== undefined) return { hostId: alias.toLowerCase(), fallbackId: undefined };
  const name = host.toLowerCase();
  return port === 22 ? { hostId: name, fallbackId: undefined } : { hostId: `[${name}]:${port}`, fallbackId: name };
}

/** Decides about a key in wire format. A revoked key is revoked wherever it stands; `[name]:port` goes before `name`. */
export function lookupHostKey(entries: readonly KnownHostEntry[], host: HostIdentity, key: Buffer): HostKeyVerdict {
  const own = entriesFor(entries, host.hostId);
  const fallback = host.fallbackId === undefined ? [] : entriesFor(entries, host.fallbackId);
  const revoked = [...own, ...fallback].find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked };

  const keyType = keyTypeOf(key);
  const ownKeys = own.filter((entry) => entry.marker === 'none');
  const known =
    ownKeys.find((entry) => entry.key.equals(key)) ??
    (ownKeys.length === 0 ? fallback.find((entry) => entry.marker === 'none' && entry.key.equals(key)) : undefined);
  if (known !== undefined) return { kind: 'known', entry: known };
  const changed = ownKeys.find((entry) => entry.keyType === keyType);
  return changed === undefined ? { kind: 'unknown', otherKnownKeys: ownKeys } : { kind: 'changed', entry: changed };
}

/** The types of the keys that are known for the host, so that the server can be asked for one of these first. */
export function knownKeyTypes(entries: readonly KnownHostEntry[], host: HostIdentity): string[] {
  const own = entriesFor(entries, host.hostId);
  const relevant =
    own.some((entry) => entry.marker === 'none') || host.fallbackId === undefined
      ? own
      : entriesFor(entries, host.fallbackId);
  return [...new Set(relevant.filter((entry) => entry.marker === 'none').map((entry) => entry.keyType))];
}

/** A certificate authority that may vouch for the host's key; certificates are left to the system's `ssh`. */
export function certificateAuthorityFor(
  entries: readonly KnownHostEntry[],
  host: HostIdentity,
): KnownHostEntry | undefined {
  return entriesFor(entries, host.hostId).find((entry) => entry.marker === 'certAuthority');
}

/** `SHA256:` and the unpadded base64 of the key's hash, as OpenSSH shows it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function entriesFor(entries: readonly KnownHostEntry[], name: string): KnownHostEntry[] {
  return entries.filter(({ hosts }) =>
    hosts.kind === 'patterns'
      ? matchesPatternList(hosts.patterns, name, true)
      : createHmac('sha1', hosts.salt).update(name).digest().equals(hosts.hash),
  );
}
