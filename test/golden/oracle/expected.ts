import { loadBalancerIPs, policiesOf, type SortedEndpoints, sortEndpoints } from './endpoints.ts';
import type { RawEndpointSlice, RawService } from './objects.ts';

export type RecordedMode = 'iptables' | 'ipvs' | 'nftables';

export interface ExpectedFrontend {
  readonly kind: string;
  readonly address: string;
  readonly verdict: string;
  /** Undefined where the rules cannot tell: those that refuse because there is no endpoint anywhere. */
  readonly localOnly: boolean | undefined;
  readonly sourceRanges: readonly string[] | undefined;
}

export interface ExpectedEndpoint {
  readonly address: string;
  readonly share: number;
  readonly localShare: number | undefined;
}

export interface ExpectedPort {
  /** `NAMESPACE/NAME:PORTNAME/PROTOCOL/PORT`. */
  readonly port: string;
  readonly frontends: readonly ExpectedFrontend[];
  readonly endpoints: readonly ExpectedEndpoint[];
  readonly affinitySeconds: number | undefined;
}

/** The addresses on which node ports were open while the data was recorded in ipvs mode. */
const nodeIPs = { ipv4: ['10.0.2.15'], ipv6: ['2001:db8:f::15', 'fec0::5054:ff:fe12:3456'] };

/** Works out from the API objects what kube-proxy v1.36 programs in a mode, without looking at any rules. */
export function expectedPorts(objects: readonly (RawService | RawEndpointSlice)[], mode: RecordedMode): ExpectedPort[] {
  const slices = objects.filter((object) => object.kind === 'EndpointSlice');
  return objects
    .filter((object) => object.kind === 'Service')
    .filter(({ spec }) => (spec.clusterIP ?? '') !== '' && spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
    .flatMap((service) => (service.spec.ports ?? []).map((port) => expectedPort(service, port, slices, mode)))
    .sort((a, b) => (a.port < b.port ? -1 : 1));
}

type RawPort = NonNullable<RawService['spec']['ports']>[number];

function expectedPort(
  service: RawService,
  port: RawPort,
  slices: readonly RawEndpointSlice[],
  mode: RecordedMode,
): ExpectedPort {
  const { metadata, spec } = service;
  const protocol = port.protocol ?? 'TCP';
  const name = port.name ?? '';
  const policies = policiesOf(service, port.nodePort || undefined);
  const endpoints = sortEndpoints(service, { name, protocol }, slices, policies);
  const frontends = addressesOf(service, port, mode).map(({ kind, address }): ExpectedFrontend => {
    const localOnly = kind === 'clusterIP' ? policies.internalLocal : policies.externalLocal;
    const verdict = verdictOf(endpoints, localOnly, mode);
    return {
      kind,
      address,
      verdict,
      localOnly: verdict === 'reject' ? undefined : localOnly,
      sourceRanges: kind === 'loadBalancerIP' ? sourceRangesOf(service, endpoints, mode) : undefined,
    };
  });
  const expectedEndpoints = endpointsOf(endpoints, policies, mode);
  const affinity =
    spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) : undefined;
  return {
    port: `${metadata.namespace}/${metadata.name}:${name}/${protocol}/${port.port}`,
    frontends: frontends.sort((a, b) => (a.address < b.address ? -1 : 1)),
    endpoints: expectedEndpoints,
    // Only ipvs keeps the timeout in something that stands without endpoints.
    affinitySeconds: mode === 'ipvs' || expectedEndpoints.length > 0 ? affinity : undefined,
  };
}

function addressesOf(
  { spec, status }: RawService,
  port: RawPort,
  mode: RecordedMode,
): { kind: string; address: string }[] {
  const clusterIP = spec.clusterIP ?? '';
  const isSameFamily = (ip: string): boolean => ip.includes(':') === clusterIP.includes(':');
  const openOn = mode === 'ipvs' ? nodeIPs[clusterIP.includes(':') ? 'ipv6' : 'ipv4'] : ['*'];
  const at = (kind: string, ip: string, number: number) => ({ kind, address: `${ip} ${number}` });
  return [
    at('clusterIP', clusterIP, port.port),
    ...(spec.externalIPs ?? []).filter(isSameFamily).map((ip) => at('externalIP', ip, port.port)),
    ...loadBalancerIPs(status)
      .filter(isSameFamily)
      .map((ip) => at('loadBalancerIP', ip, port.port)),
    ...openOn.flatMap((ip) => (port.nodePort ? [at('nodePort', ip, port.nodePort)] : [])),
  ];
}

function verdictOf({ cluster, local, any }: SortedEndpoints, localOnly: boolean, mode: RecordedMode): string {
  if (mode === 'ipvs') {
    // Without local endpoints the ipvs mode falls back to those of the cluster.
    const behind = localOnly && local.length > 0 ? local : cluster;
    return behind.length > 0 ? 'endpoints' : 'reject';
  }
  if (!any) return 'reject';
  return localOnly && local.length === 0 ? 'drop' : 'endpoints';
}

function sourceRangesOf({ spec }: RawService, { any }: SortedEndpoints, mode: RecordedMode): string[] | undefined {
  const isIpv6 = spec.clusterIP?.includes(':') === true;
  const ranges = (spec.loadBalancerSourceRanges ?? []).filter((range) => range.includes(':') === isIpv6);
  if (ranges.length === 0 || ranges.some((range) => range.endsWith('/0'))) return undefined;
  return mode === 'iptables' && !any ? undefined : [...ranges].sort();
}

function endpointsOf(
  { cluster, local, any }: SortedEndpoints,
  { internalLocal, externalLocal, external }: ReturnType<typeof policiesOf>,
  mode: RecordedMode,
): ExpectedEndpoint[] {
  const usesLocal = internalLocal || (externalLocal && external);
  // In ipvs mode each frontend is a virtual server of its own, and there is nothing else.
  const usesCluster = mode === 'ipvs' ? !internalLocal || (external && !externalLocal) : !internalLocal || external;
  const clusterPart = (mode === 'ipvs' || any) && usesCluster ? cluster : [];
  const localPart = usesLocal ? (mode === 'ipvs' && local.length === 0 ? cluster : local) : [];
  return [...new Set([...clusterPart, ...localPart])].sort().map((address) => {
    const localShare = localPart.includes(address) ? 1 / localPart.length : undefined;
    const clusterShare = clusterPart.includes(address) ? 1 / clusterPart.length : undefined;
    const hasCluster = mode === 'ipvs' ? usesCluster : clusterPart.length > 0;
    return { address, share: clusterShare ?? (hasCluster ? 0 : (localShare ?? 0)), localShare };
  });
}
