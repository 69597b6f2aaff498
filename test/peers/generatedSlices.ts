import type { IpFamily } from '../../agent/model/address.ts';
import type { GeneratedNumbers } from './generatedNumbers.ts';
import { apiFamily, type GeneratedPort, type GeneratedService } from './generatedServices.ts';
import type { ApiObject } from './mixedObjects.ts';
import { recordedNode } from './recordedNode.ts';
import type { SeededRandom } from './seededRandom.ts';

const nodes = [recordedNode.name, 'node-b', 'node-c'] as const;
const zones = [recordedNode.zone, 'zone-b', 'zone-c'] as const;
/** Another node and its zone: where nothing is that is on this node. */
const elsewhere = ['node-b', 'zone-b'] as const;

/** So many endpoints for each of 20 Services make a large cluster of it (more than 1,000). */
const manyEndpoints = 40;

/** What is special about the endpoints of a Service. */
const kinds = [
  'several',
  'several',
  'one',
  'none',
  'no slices',
  'remote',
  'local',
  'all terminating',
  'only the local ones terminating',
  'terminating and not serving',
  'not ready',
  'anything',
  'zone hints',
  'some without zone hints',
  'zone hints elsewhere',
  'node hints',
  'some without node hints',
  'node hints elsewhere',
  'both hints',
  'ready while terminating',
  'host network',
  'in several slices',
  'not on a known node',
] as const;

type Kind = (typeof kinds)[number];

/** The EndpointSlices of a Service, of each of its families; now and then one that is not for kube-proxy. */
export function generatedSlices(
  service: GeneratedService,
  random: SeededRandom,
  numbers: GeneratedNumbers,
  isLarge: boolean,
): ApiObject[] {
  const kind = isLarge ? 'several' : random.pick<Kind>(...kinds);
  if (kind === 'no slices') return [];
  return service.families.flatMap((family) => {
    const endpoints = generatedEndpoints(kind, family, random, numbers, isLarge);
    const first = slice(service, `${family}-0`, family, service.ports, endpoints, random);
    const others = otherEndpoints(kind, family, endpoints, random, numbers).map((more, index) => {
      // Of some Services' ports the pods behind another slice have other numbers.
      const shift = kind === 'in several slices' ? 0 : index + 1;
      return slice(service, `${family}-${index + 1}`, family, service.ports, more, random, shift);
    });
    return [first, ...others, ...foreignSlices(service, family, random, numbers)];
  });
}

function slice(
  service: GeneratedService,
  suffix: string,
  family: IpFamily | 'fqdn',
  ports: readonly GeneratedPort[],
  endpoints: readonly ApiObject[],
  random: SeededRandom,
  shift = 0,
): ApiObject {
  const isEmpty = endpoints.length === 0 && random.chance(50);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    addressType: family === 'fqdn' ? 'FQDN' : apiFamily(family),
    metadata: {
      name: `${service.name}-${suffix}`,
      namespace: service.namespace,
      labels: {
        'kubernetes.io/service-name': service.name,
        ...(service.isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
      },
    },
    ports: slicePorts(ports, random, shift),
    endpoints: isEmpty ? null : endpoints,
  };
}

/** With one number for each port of the Service; some slices lack a port, or have one that the Service has not. */
function slicePorts(ports: readonly GeneratedPort[], random: SeededRandom, shift: number): readonly ApiObject[] {
  const target = (port: number): number => 1024 + (port % 1000) * 10 + shift;
  const known = ports.map(({ name, protocol, port }) => ({
    ...(name === '' && random.chance(50) ? {} : { name }),
    ...(protocol === 'TCP' && random.chance(30) ? {} : { protocol }),
    ...(random.chance(3) ? {} : { port: target(port) }),
  }));
  return random.chance(10) ? [...known, { name: 'unknown', protocol: 'TCP', port: 9 }] : known;
}

function generatedEndpoints(
  kind: Kind,
  family: IpFamily,
  random: SeededRandom,
  numbers: GeneratedNumbers,
  isLarge: boolean,
): ApiObject[] {
  const several = 2 + random.below(5);
  const count = isLarge ? manyEndpoints : kind === 'none' ? 0 : kind === 'one' ? 1 : several;
  return Array.from({ length: count }, (_, index) => {
    const place = random.below(nodes.length);
    // The first is on the node itself, so that a local policy has something to find.
    return endpoint(kind, index === 0 ? 0 : place, index, family, random, numbers);
  });
}

function endpoint(
  kind: Kind,
  place: number,
  index: number,
  family: IpFamily,
  random: SeededRandom,
  numbers: GeneratedNumbers,
): ApiObject {
  const node = kind === 'remote' ? random.pick('node-b', 'node-c') : kind === 'local' ? nodes[0] : nodes[place];
  const isHosts = kind === 'host network' && index === 0;
  const ips = [isHosts ? recordedNode[family] : numbers.pod(family)];
  // Only the first address of an endpoint counts.
  if (random.chance(5)) ips.push(numbers.pod(family));
  const conditions = conditionsOf(kind, node === nodes[0], random);
  const hints = hintsOf(kind, index, node ?? nodes[0], zones[place] ?? zones[0]);
  return {
    addresses: ips,
    ...(conditions === undefined ? {} : { conditions }),
    ...(kind === 'not on a known node' && index > 0 ? {} : { nodeName: node, zone: zones[place] }),
    ...(hints === undefined ? {} : { hints }),
  };
}

function conditionsOf(kind: Kind, isLocal: boolean, random: SeededRandom): ApiObject | undefined {
  const terminating = { ready: false, serving: true, terminating: true };
  if (kind === 'all terminating') return terminating;
  if (kind === 'only the local ones terminating' && isLocal) return terminating;
  if (kind === 'terminating and not serving') return { ready: false, serving: false, terminating: true };
  if (kind === 'not ready') return { ready: false, serving: false, terminating: false };
  if (kind === 'ready while terminating') return { ready: true, serving: true, terminating: true };
  if (kind === 'anything') {
    const flags = ['ready', 'serving', 'terminating'].filter(() => random.chance(75));
    return Object.fromEntries(flags.map((flag) => [flag, random.chance(50)]));
  }
  return random.pick(undefined, { ready: true }, { ready: true, serving: true, terminating: false });
}

function hintsOf(kind: Kind, index: number, node: string, zone: string): ApiObject | undefined {
  const zoneHint = { forZones: [{ name: zone }] };
  const nodeHint = { forNodes: [{ name: node }] };
  if (kind === 'zone hints') return zoneHint;
  if (kind === 'some without zone hints') return index === 1 ? undefined : zoneHint;
  if (kind === 'zone hints elsewhere') return { forZones: [{ name: elsewhere[1] }, { name: 'zone-d' }] };
  if (kind === 'node hints') return nodeHint;
  if (kind === 'some without node hints') return index === 1 ? zoneHint : { ...zoneHint, ...nodeHint };
  if (kind === 'node hints elsewhere') return { ...zoneHint, forNodes: [{ name: elsewhere[0] }] };
  return kind === 'both hints' ? { ...zoneHint, ...nodeHint } : undefined;
}

/**
 * The endpoints of a Service's further slices. `in several slices` repeats some of the first slice's: as they are, and
 * as pods that terminate while others have got their addresses already.
 */
function otherEndpoints(
  kind: Kind,
  family: IpFamily,
  first: readonly ApiObject[],
  random: SeededRandom,
  numbers: GeneratedNumbers,
): readonly ApiObject[][] {
  if (kind === 'in several slices') {
    const leaving = first.map((one) => ({ ...one, conditions: { ready: false, serving: true, terminating: true } }));
    return [random.some(2, first), [...random.some(2, leaving), endpoint('several', 1, 1, family, random, numbers)]];
  }
  return kind !== 'none' && random.chance(15) ? [[endpoint(kind, 0, 1, family, random, numbers)]] : [];
}

/** Slices that look as if they belonged to the Service, and are not kube-proxy's. */
function foreignSlices(
  service: GeneratedService,
  family: IpFamily,
  random: SeededRandom,
  numbers: GeneratedNumbers,
): ApiObject[] {
  if (random.chance(3)) {
    const other = { ...service, isHeadless: true };
    return [slice(other, `${family}-headless`, family, service.ports, [{ addresses: [numbers.pod(family)] }], random)];
  }
  if (random.chance(2)) {
    return [slice(service, `${family}-fqdn`, 'fqdn', service.ports, [{ addresses: ['pod.example.com'] }], random)];
  }
  return [];
}
