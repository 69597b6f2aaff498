import type { GivenProxyOptions } from '../compile/defaultProxyOptions.ts';
import type { LocalDetector } from '../compile/proxyOptions.ts';
import { canonicalIp } from '../model/canonicalIp.ts';
import { parseCidr } from '../model/cidr.ts';
import { oneOf, UsageError } from './usageError.ts';

/** What kube-proxy's configuration and its node would say, as options for `parseArgs`. */
export const proxyOptionFlags = {
  node: { type: 'string' },
  'node-ip': { type: 'string' },
  zone: { type: 'string' },
  'cluster-cidr': { type: 'string' },
  'bridge-interface': { type: 'string' },
  'pod-interface-prefix': { type: 'string' },
  ipv6: { type: 'boolean' },
  'masquerade-all': { type: 'boolean' },
  'masquerade-bit': { type: 'string' },
  'no-localhost-nodeports': { type: 'boolean' },
  'nodeport-addresses': { type: 'string' },
  'service-cidr': { type: 'string' },
  scheduler: { type: 'string' },
  'strict-arp': { type: 'boolean' },
  'exclude-cidrs': { type: 'string' },
  'tcp-timeout': { type: 'string' },
  'tcp-fin-timeout': { type: 'string' },
  'udp-timeout': { type: 'string' },
} as const;

export const proxyOptionNames = Object.keys(proxyOptionFlags) as readonly (keyof typeof proxyOptionFlags)[];

/** What they say; what is left out is as kube-proxy has it, the node's name and addresses excepted. */
export type ProxyFlags = Omit<GivenProxyOptions, 'nodeName'> & { readonly nodeName: string | undefined };

/** Their values as `parseArgs` gives them. */
export type FlagValues = {
  readonly [Name in keyof typeof proxyOptionFlags]?:
    | ((typeof proxyOptionFlags)[Name]['type'] extends 'boolean' ? boolean : string)
    | undefined;
};

/** The schedulers of ipvs (`ip_vs_*` modules). */
const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'fo', 'ovf', 'mh'] as const;

/** @throws UsageError */
export function readProxyFlags(values: FlagValues): ProxyFlags {
  return {
    nodeName: values.node,
    nodeIps: nodeIps(values['node-ip']),
    zone: values.zone,
    localDetector: localDetector(values),
    ipv6: values.ipv6,
    masqueradeAll: values['masquerade-all'],
    masqueradeBit: numberWithin('masquerade-bit', values['masquerade-bit'], 31),
    localhostNodePorts: values['no-localhost-nodeports'] === true ? false : undefined,
    nodePortAddresses: nodePortAddresses(values['nodeport-addresses']),
    serviceCidrs: cidrs('service-cidr', values['service-cidr']),
    ipvs: {
      scheduler: oneOf('scheduler', values.scheduler, schedulers),
      strictArp: values['strict-arp'],
      excludeCidrs: cidrs('exclude-cidrs', values['exclude-cidrs']),
      tcpTimeout: seconds('tcp-timeout', values['tcp-timeout']),
      tcpFinTimeout: seconds('tcp-fin-timeout', values['tcp-fin-timeout']),
      udpTimeout: seconds('udp-timeout', values['udp-timeout']),
    },
  };
}

function listOf(value: string): readonly string[] {
  return value.split(',').map((part) => part.trim());
}

function nodeIps(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const ips = listOf(value).map((text) => {
    const ip = canonicalIp(text);
    if (ip === undefined) throw new UsageError(`--node-ip is an IP address, not "${text}".`);
    return ip;
  });
  const families = ips.map((ip) => ip.includes(':'));
  if (new Set(families).size < ips.length) throw new UsageError('--node-ip takes one address of each family.');
  return ips;
}

function cidrs(option: string, value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return listOf(value).map((text) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new UsageError(`--${option} takes blocks such as 10.0.0.0/16, not "${text}".`);
    return cidr.text;
  });
}

function nodePortAddresses(value: string | undefined): readonly string[] | undefined {
  return value === 'primary' ? [value] : cidrs('nodeport-addresses', value);
}

function localDetector(values: FlagValues): LocalDetector | undefined {
  const ways = (['cluster-cidr', 'bridge-interface', 'pod-interface-prefix'] as const).filter(
    (option) => values[option] !== undefined,
  );
  if (ways.length > 1) throw new UsageError(`--${ways.join(' and --')} exclude each other.`);
  const clusterCidrs = cidrs('cluster-cidr', values['cluster-cidr']);
  if (clusterCidrs !== undefined) {
    const whole = clusterCidrs.find((cidr) => cidr.endsWith('/0'));
    if (whole !== undefined) throw new UsageError(`--cluster-cidr ${whole} would hold every address.`);
    return { kind: 'clusterCidr', cidrs: clusterCidrs };
  }
  const name = interfaceName('bridge-interface', values['bridge-interface']);
  if (name !== undefined) return { kind: 'bridgeInterface', name };
  const prefix = interfaceName('pod-interface-prefix', values['pod-interface-prefix']);
  return prefix === undefined ? undefined : { kind: 'interfaceNamePrefix', prefix };
}

/** What the kernel takes as a name (`dev_valid_name`), without the wildcards of the rule languages. */
function interfaceName(option: string, value: string | undefined): string | undefined {
  if (value !== undefined && !/^[^\s/:"+*\\]{1,15}$/.test(value)) {
    throw new UsageError(`--${option} is a network interface's name, not "${value}".`);
  }
  return value;
}

function numberWithin(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value) || Number(value) > most) {
    throw new UsageError(`--${option} is a number from 0 to ${most}, not "${value}".`);
  }
  return Number(value);
}

/** The kernel holds these in jiffies of 32 bits. */
function seconds(option: string, value: string | undefined): number | undefined {
  return numberWithin(option, value, 2_000_000);
}
