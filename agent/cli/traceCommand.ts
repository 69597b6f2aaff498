import { parseArgs } from 'node:util';
import type { PacketConnection, PacketOrigin, PacketRequest } from '../model/packetTrace.ts';
import { oneOf, UsageError } from './usageError.ts';

/** What `trace` was asked for. */
export interface TraceCommand {
  readonly command: 'trace';
  readonly request: PacketRequest;
  /** Folders and files of saved dumps; empty to read this machine's kernel. */
  readonly dumps: readonly string[];
  readonly output: 'json' | 'text';
}

const options = {
  help: { type: 'boolean', short: 'h' },
  from: { type: 'string' },
  to: { type: 'string' },
  dumps: { type: 'string', multiple: true },
  'source-port': { type: 'string' },
  mark: { type: 'string' },
  state: { type: 'string' },
  'translated-to': { type: 'string' },
  remembered: { type: 'string' },
  json: { type: 'boolean' },
  text: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const;

const protocols = ['tcp', 'udp', 'sctp', 'icmp'] as const;
const states = ['new', 'established', 'related', 'invalid', 'untracked'] as const;
const largestPort = 65_535;
const largestMark = 0xffff_ffff;

/**
 * Reads a command line that begins with `trace`; undefined for others.
 *
 * @throws UsageError
 */
export function readTraceCommand([command, ...argv]: readonly string[]):
  | TraceCommand
  | { readonly command: 'traceSchema' }
  | 'help'
  | undefined {
  if (command !== 'trace') return undefined;
  const { values, positionals } = parse(argv);
  if (values.help === true) return 'help';
  const dumps = values.dumps ?? [];
  // `--dumps a b` lists several: what follows the first one comes without an option.
  if (positionals[0] !== undefined && dumps.length === 0) throw new UsageError(`trace takes no "${positionals[0]}".`);
  if (values.json === true && values.text === true) throw new UsageError('--json and --text exclude each other.');
  if (values.schema === true) return { command: 'traceSchema' };
  if (values.from === undefined || values.to === undefined) throw new UsageError('trace needs --from and --to.');
  const { state, mark } = values;
  return {
    command: 'trace',
    request: {
      from: readOrigin(values.from),
      ...readDestination(values.to),
      ...optional('sourcePort', wholeNumber('source-port', values['source-port'], largestPort)),
      ...optional('mark', wholeNumber('mark', mark, largestMark)),
      ...optional('connection', readConnection(oneOf('state', state, states), values['translated-to'])),
      ...optional('remembered', values.remembered),
    },
    dumps: [...dumps, ...positionals],
    output: values.json === true ? 'json' : 'text',
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}

/** `pod:10.244.0.9`, `node`, `node:192.0.2.10`, `external:198.51.100.7` or `external:198.51.100.7%eth0`. */
function readOrigin(text: string): PacketOrigin {
  const [, kind, ip, device] = /^(pod|node|external)(?::([^%]+)(?:%(.+))?)?$/.exec(text) ?? [];
  if (kind === 'node' && device === undefined) return { kind, ...optional('ip', ip) };
  if (kind === 'pod' && ip !== undefined && device === undefined) return { kind, ip };
  if (kind === 'external' && ip !== undefined) return { kind, ip, ...optional('device', device) };
  throw new UsageError(`--from is pod:IP, node, node:IP, external:IP or external:IP%DEVICE, not "${text}".`);
}

/** `10.96.0.10:80/tcp`, `[fd00::10]:53/udp`, `10.96.0.10/icmp`; tcp when no protocol is named. */
function readDestination(text: string): Pick<PacketRequest, 'destination' | 'protocol' | 'port'> {
  const [address = '', word] = text.split('/');
  const protocol = word === undefined ? 'tcp' : oneOf('to IP:PORT/PROTOCOL', word, protocols);
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^:[\]]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(\d+))?$/.exec(address) ?? [];
  const destination = bracketed ?? plain;
  const number = wholeNumber('to', port, largestPort);
  if (destination === undefined || protocol === undefined || (protocol === 'icmp') !== (number === undefined)) {
    throw new UsageError(`--to is IP:PORT/PROTOCOL or IP/icmp, not "${text}".`);
  }
  return { destination, protocol, ...optional('port', number) };
}

function readConnection(
  state: PacketConnection['state'] | undefined,
  translatedTo: string | undefined,
): PacketConnection | undefined {
  if (translatedTo === undefined) return state === undefined ? undefined : { state };
  if (state === 'new') throw new UsageError('--translated-to is for connections that are not new.');
  return { state: state ?? 'established', translatedTo };
}

/** Decimal, or hexadecimal after 0x. */
function wholeNumber(option: string, text: string | undefined, largest: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^(?:\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= largest)) throw new UsageError(`--${option} takes a number up to ${largest}, not "${text}".`);
  return value;
}
