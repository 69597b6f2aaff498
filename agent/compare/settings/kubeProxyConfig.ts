import type { GivenProxyOptions } from '../../compile/defaultProxyOptions.ts';
import { parseCidr } from '../../model/cidr.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import * as yaml from '../../objects/yamlDocuments.ts';
import { fieldOf } from '../parts/jsonValue.ts';

/** What a running kube-proxy was told on its command line and in its file; what it was not told is undefined. */
export type KubeProxyConfig = Pick<
  GivenProxyOptions,
  'localDetector' | 'masqueradeAll' | 'nodePortAddresses' | 'localhostNodePorts'
> & {
  readonly nodeName?: string | undefined;
  readonly scheduler?: string | undefined;
  readonly strictArp?: boolean | undefined;
};

/** Reads the part `kube-proxy` of a snapshot; undefined where none ran, or what it was told could not be read. */
export function kubeProxyConfig({ parts }: Snapshot): KubeProxyConfig | undefined {
  const text = parts.find(({ kind, status }) => kind === 'kube-proxy' && status === 'complete')?.text;
  const [process] = listOf(fieldOf(parseJson(text ?? ''), 'processes'));
  if (process === undefined) return undefined;
  const flags = flagsOf(listOf(fieldOf(process, 'argv')).map(String));
  const configText = fieldOf(process, 'config');
  if (typeof configText !== 'string') return flags.has('config') ? undefined : fromFlags(flags);
  return fromFile(yaml.readYamlDocuments(configText)[0]?.value, flags);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `--NAME=VALUE`, `--NAME VALUE` and `--NAME`. */
function flagsOf(argv: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of argv.entries()) {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined) continue;
    const next = argv[index + 1];
    flags.set(name, value ?? (next === undefined || next.startsWith('-') ? 'true' : next));
  }
  return flags;
}

function fromFlags(flags: ReadonlyMap<string, string>): KubeProxyConfig {
  const clusterCidr = flags.get('cluster-cidr');
  return {
    nodeName: flags.get('hostname-override'),
    localDetector: clusterCidr === undefined ? undefined : clusterCidrs(clusterCidr),
    masqueradeAll: flags.has('masquerade-all') ? flags.get('masquerade-all') === 'true' : undefined,
    nodePortAddresses: addresses(flags.get('nodeport-addresses')?.split(',') ?? []),
    localhostNodePorts: flags.has('iptables-localhost-nodeports')
      ? flags.get('iptables-localhost-nodeports') === 'true'
      : undefined,
    scheduler: nonEmpty(flags.get('ipvs-scheduler')),
    strictArp: flags.has('ipvs-strict-arp') ? flags.get('ipvs-strict-arp') === 'true' : undefined,
  };
}

/** `KubeProxyConfiguration` (kubeproxy.config.k8s.io/v1alpha1). The name of the node may stand on the command line. */
function fromFile(config: unknown, flags: ReadonlyMap<string, string>): KubeProxyConfig {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? nonEmpty(value) : undefined);
  const truth = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
  const detectLocal = fieldOf(config, 'detectLocal');
  const bridge = text(fieldOf(detectLocal, 'bridgeInterface'));
  const prefix = text(fieldOf(detectLocal, 'interfaceNamePrefix'));
  const clusterCidr = text(fieldOf(config, 'clusterCIDR'));
  const mode = text(fieldOf(config, 'detectLocalMode')) ?? 'ClusterCIDR';
  const localDetector =
    mode === 'BridgeInterface' && bridge !== undefined
      ? ({ kind: 'bridgeInterface', name: bridge } as const)
      : mode === 'InterfaceNamePrefix' && prefix !== undefined
        ? ({ kind: 'interfaceNamePrefix', prefix } as const)
        : mode === 'ClusterCIDR' && clusterCidr !== undefined
          ? clusterCidrs(clusterCidr)
          : undefined;
  return {
    nodeName: text(flags.get('hostname-override')) ?? text(fieldOf(config, 'hostnameOverride')),
    localDetector,
    masqueradeAll: truth(fieldOf(fieldOf(config, 'iptables'), 'masqueradeAll')),
    nodePortAddresses: addresses(listOf(fieldOf(config, 'nodePortAddresses')).map(String)),
    localhostNodePorts: truth(fieldOf(fieldOf(config, 'iptables'), 'localhostNodePorts')),
    scheduler: text(fieldOf(fieldOf(config, 'ipvs'), 'scheduler')),
    strictArp: truth(fieldOf(fieldOf(config, 'ipvs'), 'strictARP')),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function clusterCidrs(text: string): KubeProxyConfig['localDetector'] {
  const cidrs = text.split(',').flatMap((each) => parseCidr(each)?.text ?? []);
  return cidrs.length === 0 ? undefined : { kind: 'clusterCidr', cidrs };
}

/** An empty list is known too: the mode's default. */
function addresses(values: readonly string[]): readonly string[] {
  const wanted = values.filter((value) => value !== '');
  return wanted.length === 1 && wanted[0] === 'primary'
    ? wanted
    : wanted.flatMap((each) => parseCidr(each)?.text ?? []);
}
