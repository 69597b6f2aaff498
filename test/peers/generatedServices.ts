import type { IpFamily } from '../../agent/model/address.ts';
import type { GeneratedNumbers } from './generatedNumbers.ts';
import type { ApiObject } from './mixedObjects.ts';
import type { SeededRandom } from './seededRandom.ts';

type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** A port of a generated Service, as its EndpointSlices have to know it. */
export interface GeneratedPort {
  /** Empty when unnamed. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly nodePort?: number;
}

export interface GeneratedService {
  readonly object: ApiObject;
  readonly namespace: string;
  readonly name: string;
  readonly families: readonly IpFamily[];
  readonly ports: readonly GeneratedPort[];
  readonly isHeadless: boolean;
}

/** As long as the API lets names be. */
const longest = 'a-name-that-is-as-long-as-a-dns-label-may-be-which-is-63-letter';
const longestPort = 'a-port-name-that-is-as-long-as-a-dns-label-may-be-63-letters-in';

/** What has the longest name. */
interface Lengths {
  readonly namespace: boolean;
  readonly name: boolean;
  readonly port: boolean;
}

const short: Lengths = { namespace: false, name: false, port: false };

/**
 * At most one name is long: kube-proxy's nftables mode fails on every Service whose names come to more than 128
 * characters, which is what nft takes for a comment, as soon as it has no endpoints.
 */
const lengths = [
  ...Array.from({ length: 20 }, () => short),
  { ...short, namespace: true },
  { ...short, name: true },
  { ...short, port: true },
] as const;

/** External IPs of several Services. */
const sharedAddresses = ['203.0.255.1', '2001:db8:2::ffff'] as const;

/** Node ports whose number another port of the same Service has for another protocol. */
const sharedNodePortPercent = 50;

type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName' | 'headless';

export function generatedService(index: number, random: SeededRandom, numbers: GeneratedNumbers): GeneratedService {
  const type = random.pick<ServiceType>(
    ...(['ClusterIP', 'ClusterIP', 'ClusterIP', 'ClusterIP', 'ClusterIP', 'ClusterIP'] as const),
    ...(['NodePort', 'NodePort', 'NodePort', 'NodePort'] as const),
    ...(['LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'LoadBalancer'] as const),
    ...(['ExternalName', 'headless'] as const),
  );
  const length = random.pick<Lengths>(short, ...lengths);
  const namespace = length.namespace ? longest : random.pick('default', 'kube-system', 'shop');
  const name = length.name ? `${index}-${longest}`.slice(0, longest.length) : `${random.pick('web', 'api')}-${index}`;
  const families = random.pick<readonly IpFamily[]>(['ipv4'], ['ipv6'], ['ipv4', 'ipv6'], ['ipv6', 'ipv4']);
  const hasNodePorts = type === 'NodePort' || (type === 'LoadBalancer' && random.chance(80));
  const isProxied = type !== 'ExternalName' && type !== 'headless';
  // An address that several Services have is told apart by its ports.
  const sharesAddress = isProxied && random.chance(8);
  const ports = generatedPorts({ hasNodePorts, sharesAddress, isLong: length.port }, random, numbers);
  const labels = random.chance(3) ? { 'service.kubernetes.io/service-proxy-name': 'another' } : undefined;
  const external = isProxied && random.chance(20) ? externalIps(random, numbers) : [];
  const externalIPs = sharesAddress ? [...external, ...sharedAddresses] : external;
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
    spec: {
      type: type === 'headless' ? 'ClusterIP' : type,
      ...(type === 'ExternalName' ? { externalName: 'example.com' } : {}),
      ...(type === 'headless' ? { clusterIP: 'None', clusterIPs: ['None'], ipFamilies: apiFamilies(families) } : {}),
      ...(isProxied ? { ...clusterIps(families, numbers), ipFamilies: apiFamilies(families) } : {}),
      ...(isProxied ? policies(random) : {}),
      ...(externalIPs.length > 0 ? { externalIPs } : {}),
      ...(type === 'LoadBalancer' ? loadBalancerSpec(hasNodePorts, random, numbers) : {}),
      ports: ports.map((port) => apiPort(port, random)),
    },
    ...(type === 'LoadBalancer' ? loadBalancerStatus(externalIPs, random, numbers) : {}),
  };
  return { object, namespace, name, families, ports, isHeadless: type === 'headless' };
}

export function apiFamily(family: IpFamily): 'IPv4' | 'IPv6' {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

function apiFamilies(families: readonly IpFamily[]): string[] {
  return families.map(apiFamily);
}

function clusterIps(families: readonly IpFamily[], numbers: GeneratedNumbers): ApiObject {
  const clusterIPs = families.map((family) => numbers.clusterIp(family));
  return { clusterIP: clusterIPs[0], clusterIPs };
}

function generatedPorts(
  { hasNodePorts, sharesAddress, isLong }: Readonly<Record<'hasNodePorts' | 'sharesAddress' | 'isLong', boolean>>,
  random: SeededRandom,
  numbers: GeneratedNumbers,
): GeneratedPort[] {
  const count = random.pick(1, 1, 1, 1, 2, 2, 3);
  const isUnnamed = count === 1 && random.chance(40);
  const names = random.some(count, ['http', 'https', 'dns', 'metrics', 'p', isLong ? longestPort : 'grpc']);
  const sameNumber = random.chance(30);
  const protocols = sameNumber
    ? random.some<Protocol>(count, ['TCP', 'UDP', 'SCTP'])
    : names.map(() => random.pick<Protocol>('TCP', 'TCP', 'TCP', 'UDP', 'SCTP'));
  const portNumbers = random.some(count, [53, 80, 443, 3868, 8080, 65_535]);
  const sameNodePort = sameNumber && random.chance(sharedNodePortPercent) ? numbers.nodePort() : undefined;
  return names.map((name, index) => ({
    name: isUnnamed ? '' : name,
    protocol: protocols[index] ?? 'TCP',
    port: sharesAddress ? numbers.externalPort() : (portNumbers[sameNumber ? 0 : index] ?? 80),
    ...(hasNodePorts ? { nodePort: sameNodePort ?? numbers.nodePort() } : {}),
  }));
}

/** What the API defaults is left out now and then, as in manifests. */
function apiPort(port: GeneratedPort, random: SeededRandom): ApiObject {
  const { name, protocol, ...others } = port;
  return {
    ...(name === '' && random.chance(50) ? {} : { name }),
    ...(protocol === 'TCP' && random.chance(30) ? {} : { protocol }),
    ...others,
  };
}

function policies(random: SeededRandom): ApiObject {
  return {
    ...(random.chance(35) ? { externalTrafficPolicy: 'Local' } : {}),
    ...(random.chance(20) ? { internalTrafficPolicy: 'Local' } : {}),
    ...(random.chance(25) ? affinity(random) : {}),
    ...(random.chance(20)
      ? { trafficDistribution: random.pick('PreferClose', 'PreferSameZone', 'PreferSameNode') }
      : {}),
  };
}

function affinity(random: SeededRandom): ApiObject {
  const timeoutSeconds = random.pick(undefined, 1, 10, 90, 3600, 10_800, 86_400);
  if (timeoutSeconds === undefined) return { sessionAffinity: 'ClientIP' };
  return { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function externalIps(random: SeededRandom, numbers: GeneratedNumbers): string[] {
  const families = random.pick<readonly IpFamily[]>(['ipv4'], ['ipv6'], ['ipv4', 'ipv6', 'ipv4']);
  const ips = families.map((family) => numbers.external(family));
  // The API takes every spelling of an address.
  return ips.map((ip) => (random.chance(20) ? ip.replace('::', ':0:0:0:0:').toUpperCase() : ip));
}

function loadBalancerSpec(hasNodePorts: boolean, random: SeededRandom, numbers: GeneratedNumbers): ApiObject {
  return {
    ...(hasNodePorts ? {} : { allocateLoadBalancerNodePorts: false }),
    // The API gives it to those with external policy Local only, and kube-proxy looks at it for those only.
    ...(random.chance(70) ? { healthCheckNodePort: numbers.nodePort() } : {}),
    ...(random.chance(50) ? { loadBalancerSourceRanges: sourceRanges(random) } : {}),
  };
}

function sourceRanges(random: SeededRandom): readonly string[] {
  // With the node's own address in it or not, of one family or of both, with blanks, and with bits behind the prefix.
  const all = random.some(1 + random.below(4), [
    '198.51.100.0/24',
    '10.0.2.0/24',
    ' 192.168.0.0/16 ',
    '203.0.113.7/32',
    '172.16.5.6/12',
    '2001:db8:100::/48',
    '2001:db8:f::/64',
    '  2001:DB8:3::7/128',
  ]);
  return random.chance(10) ? [...all, random.pick('0.0.0.0/0', '::/0')] : all;
}

function loadBalancerStatus(
  externalIPs: readonly string[],
  random: SeededRandom,
  numbers: GeneratedNumbers,
): ApiObject {
  const count = random.pick(0, 1, 1, 1, 2, 3);
  const ingress = Array.from({ length: count }, () => {
    if (random.chance(5)) return { hostname: 'load-balancer.example.com' };
    // Some load balancers give an address that the Service has as an external IP already.
    const known = random.chance(10) ? externalIPs[0] : undefined;
    const ip = known ?? numbers.external(random.pick<IpFamily>('ipv4', 'ipv6'));
    const ipMode = random.pick(undefined, undefined, 'VIP', 'Proxy');
    return { ip, ...(ipMode === undefined ? {} : { ipMode }) };
  });
  return { status: { loadBalancer: { ingress } } };
}
