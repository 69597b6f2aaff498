import { TransportError } from '../../common/transportError.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';

/** Names what the system's ssh says on stderr when it cannot connect. */
export function classifySshFailure(stderr: string, settings: HostSettings): TransportError {
  const detail = stderr.trim();
  const { hostName: host, port, user } = settings;
  if (/Bad owner or permissions|Bad configuration option|terminating, \d+ bad configuration/.test(detail)) {
    const place = /^(.+?):? line (\d+):/m.exec(detail);
    const args = { file: place?.[1] ?? '', line: Number(place?.[2] ?? 1) };
    return new TransportError('sshConfigInvalid', { step: 'configure', args, detail });
  }
  if (/Could not resolve hostname/.test(detail)) {
    return new TransportError('hostNotFound', { step: 'connect', args: { host }, detail });
  }
  if (/Connection refused/.test(detail)) {
    return new TransportError('connectionRefused', { step: 'connect', args: { host, port }, detail });
  }
  if (/timed out/i.test(detail)) {
    return new TransportError('timeout', {
      step: 'connect',
      args: { seconds: settings.connectTimeoutSeconds },
      detail,
    });
  }
  if (/No route to host|Network is unreachable/.test(detail)) {
    return new TransportError('hostUnreachable', { step: 'connect', args: { host, port }, detail });
  }
  const hostKey = hostKeyFailure(detail, settings);
  if (hostKey !== undefined) return hostKey;
  if (/no matching .* found/i.test(detail)) {
    return new TransportError('noCommonAlgorithm', { step: 'connect', args: { host, port }, detail });
  }
  if (/Too many authentication failures/i.test(detail)) {
    return new TransportError('tooManyAuthenticationFailures', { step: 'authenticate', args: { user, host }, detail });
  }
  const denied = /Permission denied \(([^)]*)\)/.exec(detail);
  if (denied !== null) {
    const args = { user, host, methods: denied[1] ?? '' };
    return new TransportError('authenticationFailed', { step: 'authenticate', args, detail });
  }
  if (/administratively prohibited|stdio forwarding failed/.test(detail)) {
    const args = { jumpHost: settings.jumps.at(-1)?.alias ?? labelOf(settings), host, port };
    return new TransportError('jumpRefused', { step: 'jump', args, detail });
  }
  return new TransportError('connectionLost', { step: 'connect', args: {}, detail });
}

function hostKeyFailure(detail: string, settings: HostSettings): TransportError | undefined {
  const fingerprint = /SHA256:[A-Za-z0-9+/]+/.exec(detail)?.[0] ?? '';
  const keyType = /^(?:The fingerprint for the )?(\w+) (?:host )?key/m.exec(detail)?.[1] ?? '';
  const presented = { host: settings.hostName, port: settings.port, keyType, fingerprint };
  const place = /^Offending \S+ key in (.+):(\d+)/m.exec(detail);
  const step = 'hostKey';
  if (/REVOKED|is revoked/.test(detail)) {
    return new TransportError('hostKeyRevoked', { step, args: { ...presented, file: '', line: 0 }, detail });
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(detail)) {
    const args = { ...presented, file: place?.[1] ?? '', line: Number(place?.[2] ?? 0) };
    return new TransportError('hostKeyChanged', { step, args, detail });
  }
  if (/Host key verification failed/.test(detail)) {
    return new TransportError('hostKeyUnknown', { step, args: presented, detail });
  }
  return undefined;
}
