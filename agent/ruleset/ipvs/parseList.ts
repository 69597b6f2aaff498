import { contentStart } from '../common/contentStart.ts';
import { LineIndex, type Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import { parseIpvsAddress } from './address.ts';
import type {
  IpvsadmList,
  IpvsCounters,
  IpvsListedRealServer,
  IpvsListedVirtualServer,
  IpvsService,
} from './document.ts';
import { splitIpvsadmLine } from './options.ts';

const versionLine = /^IP Virtual Server version \S+ \(size=(\d+)\)/;
const titleLine = /^(?:Prot LocalAddress:Port|\s*-> RemoteAddress:Port)\b/;
const counterColumns = ['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'];
const protocols: Readonly<Record<string, 'tcp' | 'udp' | 'sctp'>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };
const forwardings: Readonly<Record<string, IpvsListedRealServer['forwarding']>> = {
  Masq: 'masquerade',
  Route: 'direct',
  Tunnel: 'tunnel',
  Local: 'local',
};

/** Reads `ipvsadm -Ln`, with or without `--stats`, `--rate`, `--thresholds` and `--exact`. Never throws. */
export function parseIpvsadmStats(text: string): IpvsadmList {
  const problems: RulesetProblem[] = [];
  const virtualServers: (IpvsListedVirtualServer & { readonly realServers: IpvsListedRealServer[] })[] = [];
  let columns: readonly string[] = [];
  let tableSize: number | undefined;
  const lines = new LineIndex(text);
  for (let line = 0; line < lines.lineCount; line++) {
    const start = line === 0 ? contentStart(text) : lines.lineStart(line);
    const content = text.slice(start, lines.lineStart(line + 1)).trimEnd();
    if (content === '') continue;
    const span = { start, end: start + content.length };
    const version = versionLine.exec(content);
    if (version) tableSize = Number(version[1]);
    if (version) continue;
    if (titleLine.test(content)) {
      // A plain list has the columns of numbers in the second title line, the others in the first.
      const titles = content.trim().split(/\s+/).slice(2);
      if (titles.length > 0 && titles[0] !== 'Scheduler') columns = titles;
      continue;
    }
    const words = splitIpvsadmLine(text, span.start, span.end).map((word) => word.text);
    const server = words[0] === '->' ? readRealServer(words.slice(1), columns, span) : undefined;
    const owner = virtualServers.at(-1);
    const virtual = words[0] === '->' ? undefined : readVirtualServer(words, columns, span);
    if (server && owner) owner.realServers.push(server);
    else if (virtual) virtualServers.push({ ...virtual, realServers: [] });
    else problems.push(notUnderstood(content, span));
  }
  return {
    text,
    ...(tableSize === undefined ? {} : { connectionTableSize: tableSize }),
    columns,
    virtualServers,
    problems,
  };
}

function readVirtualServer(
  words: readonly string[],
  columns: readonly string[],
  span: Span,
): Omit<IpvsListedVirtualServer, 'realServers'> | undefined {
  const [prefix, name, ...rest] = words;
  if (prefix === undefined || name === undefined) return undefined;
  let service: IpvsService | undefined;
  let after = rest;
  if (prefix === 'FWM' && /^-?\d{1,10}$/.test(name)) {
    const isSix = rest[0] === 'IPv6';
    service = { kind: 'fwmark', mark: Number(name) >>> 0, family: isSix ? 'inet6' : 'inet' };
    if (isSix) after = rest.slice(1);
  } else {
    const protocol = protocols[prefix];
    const address = parseIpvsAddress(name);
    if (protocol && address) service = { kind: 'address', protocol, address };
  }
  if (!service) return undefined;
  const counters = readCounters(after, columns);
  return { span, service, ...(counters ? { counters, flags: [] } : { flags: after }) };
}

function readRealServer(
  words: readonly string[],
  columns: readonly string[],
  span: Span,
): IpvsListedRealServer | undefined {
  const [name, ...values] = words;
  const address = name === undefined ? undefined : parseIpvsAddress(name);
  if (!address) return undefined;
  const counters = readCounters(values, columns);
  if (counters) return { span, address, counters };
  // The tunnel column is blank for real servers that are reached without a tunnel.
  const titles = values.length < columns.length ? columns.filter((title) => title !== 'TunnelInfo') : columns;
  const cell = (title: string): string | undefined => values[titles.indexOf(title)];
  const forwarding = forwardings[cell('Forward') ?? ''];
  const weight = integer(cell('Weight'));
  const activeConnections = integer(cell('ActiveConn'));
  const inactiveConnections = integer(cell('InActConn'));
  return {
    span,
    address,
    ...(forwarding === undefined ? {} : { forwarding }),
    ...(weight === undefined ? {} : { weight }),
    ...(activeConnections === undefined ? {} : { activeConnections }),
    ...(inactiveConnections === undefined ? {} : { inactiveConnections }),
  };
}

function readCounters(values: readonly string[], columns: readonly string[]): IpvsCounters | undefined {
  if (!counterColumns.every((title, index) => columns[index] === title)) return undefined;
  const numbers = values.map(readLargeNumber);
  const [connections, inPackets, outPackets, inBytes, outBytes] = numbers;
  if (!connections || !inPackets || !outPackets || !inBytes || !outBytes) return undefined;
  return {
    connections: connections.value,
    inPackets: inPackets.value,
    outPackets: outPackets.value,
    inBytes: inBytes.value,
    outBytes: outBytes.value,
    exact: numbers.every((number) => number?.exact),
  };
}

/** Without --exact, ipvsadm rounds numbers from 100 million on down to thousands, and so on. */
const scales: Readonly<Record<string, bigint>> = {
  K: 1000n,
  M: 1_000_000n,
  G: 1_000_000_000n,
  T: 1_000_000_000_000n,
};

function readLargeNumber(word: string): { readonly value: bigint; readonly exact: boolean } | undefined {
  const match = /^(\d{1,20})([KMGT]?)$/.exec(word);
  if (!match) return undefined;
  const scale = scales[match[2] ?? ''];
  return { value: BigInt(match[1] ?? '0') * (scale ?? 1n), exact: scale === undefined };
}

function integer(word: string | undefined): number | undefined {
  return word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : undefined;
}

function notUnderstood(line: string, span: Span): RulesetProblem {
  return {
    code: 'ipvs-line-not-understood',
    severity: 'error',
    message: `"${line}" is no line of an ipvsadm list.`,
    args: { line },
    span,
  };
}
