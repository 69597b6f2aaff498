import type { Span } from '../common/position.ts';
import { parseIpvsAddress } from './address.ts';
import type { IpvsForwarding, IpvsRealServer, IpvsService, IpvsTunnel, IpvsVirtualServer } from './document.ts';
import type { IpvsOption } from './options.ts';

/** What ipvsadm assumes without -s. */
const defaultScheduler = 'wlc';
/** Seconds that ipvsadm assumes for -p without a value (IPVS_SVC_PERSISTENT_TIMEOUT in its libipvs.h). */
const defaultPersistence = 360;
const defaultTunnelType = 'ipip';

const serviceProtocols = { 'tcp-service': 'tcp', 'udp-service': 'udp', 'sctp-service': 'sctp' } as const;
const forwardings: readonly (readonly [option: string, forwarding: IpvsForwarding])[] = [
  ['masquerading', 'masquerade'],
  ['gatewaying', 'direct'],
  ['ipip', 'tunnel'],
];
const checksums = [
  ['tun-nocsum', 'none'],
  ['tun-csum', 'full'],
  ['tun-remcsum', 'remote'],
] as const;

type ReportValue = (option: IpvsOption) => void;

/** The virtual server that a rule is about; undefined when it names none that can be understood. */
export function readService(
  options: readonly IpvsOption[],
): { readonly service: IpvsService; readonly span: Span } | undefined {
  const isSix = options.some(({ name }) => name === 'ipv6');
  for (const option of options) {
    const { name, value, start, end } = option;
    if (value === undefined) continue;
    const span = option.valueSpan ?? { start, end };
    if (name === 'fwmark-service') {
      // ipvsadm prints marks as signed numbers, so that those above 2^31 come out negative.
      if (!/^-?\d{1,10}$/.test(value)) return undefined;
      return { service: { kind: 'fwmark', mark: Number(value) >>> 0, family: isSix ? 'inet6' : 'inet' }, span };
    }
    if (name === 'tcp-service' || name === 'udp-service' || name === 'sctp-service') {
      const address = parseIpvsAddress(value);
      return address && { service: { kind: 'address', protocol: serviceProtocols[name], address }, span };
    }
  }
  return undefined;
}

/** The settings of an `-A` or `-E` line. */
export function readVirtualServer(
  options: readonly IpvsOption[],
  report: ReportValue,
): Omit<IpvsVirtualServer, 'span' | 'serviceSpan' | 'service' | 'realServers'> {
  const persistent = find(options, 'persistent');
  const mask = find(options, 'netmask')?.value;
  const engine = find(options, 'pe')?.value;
  const timeout = persistent && (persistent.value === undefined ? defaultPersistence : integer(persistent, report));
  return {
    scheduler: find(options, 'scheduler')?.value ?? defaultScheduler,
    schedulerFlags: find(options, 'sched-flags')?.value?.split(',') ?? [],
    ...(timeout === undefined ? {} : { persistenceTimeout: timeout }),
    ...(mask === undefined ? {} : { persistenceMask: mask }),
    ...(engine === undefined ? {} : { persistenceEngine: engine }),
    onePacket: find(options, 'ops') !== undefined,
  };
}

/** The settings of an `-a` or `-e` line; undefined when it names no real server that can be understood. */
export function readRealServer(
  options: readonly IpvsOption[],
  report: ReportValue,
): Omit<IpvsRealServer, 'span'> | undefined {
  const server = find(options, 'real-server');
  const address = server?.value === undefined ? undefined : parseIpvsAddress(server.value);
  if (!server || !address) return undefined;
  const forwarding = forwardings.find(([option]) => find(options, option))?.[1] ?? 'direct';
  return {
    addressSpan: server.valueSpan ?? { start: server.start, end: server.end },
    address,
    forwarding,
    ...(forwarding === 'tunnel' ? { tunnel: readTunnel(options, report) } : {}),
    weight: numberOption(options, 'weight', 1, report),
    upperThreshold: numberOption(options, 'u-threshold', 0, report),
    lowerThreshold: numberOption(options, 'l-threshold', 0, report),
  };
}

function readTunnel(options: readonly IpvsOption[], report: ReportValue): IpvsTunnel {
  const portOption = find(options, 'tun-port');
  const port = portOption && integer(portOption, report);
  const checksum = checksums.find(([option]) => find(options, option))?.[1];
  return {
    type: find(options, 'tun-type')?.value ?? defaultTunnelType,
    ...(port === undefined ? {} : { port }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

function numberOption(options: readonly IpvsOption[], name: string, fallback: number, report: ReportValue): number {
  const option = find(options, name);
  return (option && integer(option, report)) ?? fallback;
}

function integer(option: IpvsOption, report: ReportValue): number | undefined {
  if (option.value === undefined) return undefined;
  if (/^\d{1,10}$/.test(option.value)) return Number(option.value);
  report(option);
  return undefined;
}

function find(options: readonly IpvsOption[], name: string): IpvsOption | undefined {
  return options.find((option) => option.name === name && option.problem === undefined);
}
