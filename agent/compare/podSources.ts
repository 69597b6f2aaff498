import type { IpFamily } from '../model/address.ts';
import { canonicalIp } from '../model/canonicalIp.ts';
import { addressBits } from '../model/ipNumber.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TracedNode } from '../trace/tracedNode.ts';
import type { NodeModes } from './nodeModes.ts';
import { localEndpoints, RoutedEndpoints } from './objects/localEndpoints.ts';
import { fieldOf, jsonList } from './parts/jsonValue.ts';

/** A pod that packets can start from. */
export interface PodSource {
  readonly ip: string;
  readonly family: IpFamily;
  /** The device that leads to it; undefined when routes are not known. */
  readonly device: string | undefined;
  /** Whether it is an endpoint of some Service. */
  readonly isEndpoint: boolean;
}

/** More pods than a kubelet takes on a node (`--max-pods` is 110). */
const mostPods = 250;

/**
 * The pods that are on the node, as far as a snapshot tells: what routes of single addresses lead to, and endpoints on
 * the node. Where nothing tells, one endpoint stands for them.
 */
export function podSources(modes: NodeModes): readonly PodSource[] {
  const { snapshot } = modes.parsed;
  const { network } = modes.traced();
  const routed = new RoutedEndpoints(network);
  const endpoints = endpointIps(modes.model);
  const found = new Map<string, PodSource>();
  const add = (ip: string, device: string | undefined): void => {
    if (found.size >= mostPods || found.has(ip) || isOfNode(network, ip)) return;
    found.set(ip, { ip, family: ip.includes(':') ? 'ipv6' : 'ipv4', device, isEndpoint: endpoints.has(ip) });
  };
  for (const { ip, device } of hostRoutes(snapshot)) if (routed.deviceOf(ip) === device) add(ip, device);
  if (routed.isKnown) {
    for (const ip of endpoints) {
      const device = routed.deviceOf(ip);
      if (device !== undefined) add(ip, device);
    }
  } else {
    const local = localEndpoints(modes.standing, modes.mode, network);
    for (const { endpoints: each } of modes.model.services) {
      for (const { ip, localShare } of each) if (local.isLocal(ip, localShare !== undefined)) add(ip, undefined);
    }
    const [any] = endpoints;
    if (found.size === 0 && any !== undefined) add(any, undefined);
  }
  return [...found.values()];
}

function endpointIps({ services }: NodeModel): ReadonlySet<string> {
  const ips = new Set<string>();
  for (const { endpoints } of services) for (const { ip } of endpoints) ips.add(ip);
  return ips;
}

function isOfNode(network: TracedNode['network'], ip: string): boolean {
  return network.localAddresses?.has(ip) === true;
}

/** The routes to single addresses of `ip -j route`, as network plugins make them for each pod. */
function hostRoutes({ parts }: Snapshot): readonly { readonly ip: string; readonly device: string }[] {
  return parts
    .filter(({ kind }) => kind === 'routes')
    .flatMap(({ text }) => jsonList(text) ?? [])
    .flatMap((route) => {
      const [dst, dev] = [fieldOf(route, 'dst'), fieldOf(route, 'dev')];
      if (typeof dst !== 'string' || typeof dev !== 'string' || fieldOf(route, 'gateway') !== undefined) return [];
      if (fieldOf(route, 'type') !== undefined && fieldOf(route, 'type') !== 'unicast') return [];
      const [address = '', bits] = dst.split('/');
      const ip = canonicalIp(address);
      if (ip === undefined) return [];
      const whole = addressBits[ip.includes(':') ? 'ipv6' : 'ipv4'];
      return Number(bits ?? whole) === whole ? [{ ip, device: dev }] : [];
    });
}
