import { familyOfAddress, type IpFamily } from '../model/address.ts';
import { canonicalIp } from '../model/canonicalIp.ts';
import { addressBits } from '../model/ipNumber.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { Endpoint } from '../model/service.ts';
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
}

/** More pods than a kubelet takes on a node (`--max-pods` is 110). */
const mostPods = 250;

/** Endpoints that are looked at for one that is on the node: a large cluster has 100,000. */
const mostEndpoints = 20_000;

/**
 * The pods that are on the node, as far as a snapshot tells: what routes of single addresses lead to, or else endpoints
 * on the node. Where nothing tells, one endpoint stands for them.
 */
export function podSources(modes: NodeModes): readonly PodSource[] {
  const { network } = modes.traced();
  const routed = new RoutedEndpoints(network);
  const found = new Map<string, PodSource>();
  const add = (ip: string, device: string | undefined): void => {
    if (found.size >= mostPods || found.has(ip) || isOfNode(network, ip)) return;
    found.set(ip, { ip, family: familyOfAddress(ip), device });
  };
  for (const { ip, device } of hostRoutes(modes.parsed.snapshot)) if (routed.deviceOf(ip) === device) add(ip, device);
  if (found.size > 0) return [...found.values()];
  const local = routed.isKnown ? undefined : localEndpoints(modes.standing, modes.mode, network);
  let any: string | undefined;
  for (const { ip, localShare } of someEndpoints(modes.model)) {
    any ??= ip;
    const device = routed.deviceOf(ip);
    if (device !== undefined || local?.isLocal(ip, localShare !== undefined)) add(ip, device);
    if (found.size >= mostPods) break;
  }
  if (found.size === 0 && any !== undefined && !routed.isKnown) add(any, undefined);
  return [...found.values()];
}

function* someEndpoints({ services }: NodeModel): Generator<Endpoint> {
  let count = 0;
  for (const { endpoints } of services) {
    for (const endpoint of endpoints) yield endpoint;
    count += endpoints.length;
    if (count >= mostEndpoints) return;
  }
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
      const whole = addressBits[familyOfAddress(ip)];
      return Number(bits ?? whole) === whole ? [{ ip, device: dev }] : [];
    });
}
