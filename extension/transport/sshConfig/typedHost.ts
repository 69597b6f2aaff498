import type { TypedHost } from './evaluateConfig.ts';

/**
 * Reads a host as people type it: `host`, `user@host`, `user@host:port`, `[2001:db8::1]:2222`, `ssh://user@host:port`.
 * An IPv6 address without brackets has no port. Undefined when it is none of these.
 */
export function parseTypedHost(typed: string): TypedHost | undefined {
  const text = typed
    .trim()
    .replace(/^ssh:\/\//i, '')
    .replace(/\/$/, '');
  const at = text.lastIndexOf('@');
  const user = at === -1 ? undefined : text.slice(0, at);
  const place = text.slice(at + 1);
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(place);
  const plain = /^([^:]+)(?::(\d+))?$/.exec(place);
  const alias = bracketed?.[1] ?? plain?.[1] ?? (/^[0-9a-fA-F:.%]+$/.test(place) ? place : undefined);
  const written = bracketed?.[2] ?? plain?.[2];
  const port = written === undefined ? undefined : Number(written);
  // A leading dash would be read as an option by the system's ssh.
  if (alias === undefined || alias === '' || /[\s\0]/.test(text) || alias.startsWith('-')) return undefined;
  if (user !== undefined && (user === '' || user.startsWith('-'))) return undefined;
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { alias, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}
