import { formatAddress, type IpFamily } from '../model/address.ts';
import type { Frontend, ServicePort } from '../model/service.ts';
import type { TraceDestination, TraceSource } from '../protocol/traceMessages.ts';
import type { NodeModes } from './nodeModes.ts';
import { podSources } from './podSources.ts';
import { farAway, nodeAddresses, nodeIp, uplinkDevice } from './settings/nodeAddresses.ts';

/** A page of the frontends that a filter leaves, and where packets may start. */
export interface TraceChoices {
  readonly sources: TraceSource[];
  readonly destinations: TraceDestination[];
  /** All frontends that the filter leaves. */
  readonly total: number;
}

/** A frontend with the text that filters are looked for in. */
interface Listed {
  readonly text: string;
  readonly port: ServicePort;
  readonly frontend: Frontend;
  readonly ip: string;
}

/** What a form can offer for packets through a node; lists are made once. */
export class TraceChooser {
  readonly #modes: NodeModes;
  #sources: TraceSource[] | undefined;
  #listed: readonly Listed[] | undefined;

  constructor(modes: NodeModes) {
    this.#modes = modes;
  }

  /** @param filter words that must all occur in a frontend's names, address or port */
  choose(filter: string, limit: number): TraceChoices {
    this.#sources ??= listSources(this.#modes);
    this.#listed ??= listFrontends(this.#modes);
    const words = filter
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const destinations: TraceDestination[] = [];
    let total = 0;
    for (const listed of this.#listed) {
      if (!words.every((word) => listed.text.includes(word))) continue;
      if (total++ < limit) destinations.push(describe(listed));
    }
    return { sources: this.#sources, destinations, total };
  }
}

function listSources(modes: NodeModes): TraceSource[] {
  const { network } = modes.traced();
  const families = new Set(modes.model.services.flatMap(({ frontends }) => frontends.map(({ family }) => family)));
  const known: readonly IpFamily[] = families.size === 0 ? ['ipv4'] : [...families];
  const sources: TraceSource[] = podSources(modes).map(({ ip, device }) => ({
    from: { kind: 'pod', ip },
    ...(device === undefined ? {} : { device }),
  }));
  const uplink = known.map((family) => uplinkDevice(network, family)).find((device) => device !== undefined);
  const through = uplink === undefined ? {} : { device: uplink };
  sources.push({ from: { kind: 'node' }, ...through });
  for (const family of known) sources.push({ from: { kind: 'external', ip: farAway[family] }, ...through });
  return sources;
}

function listFrontends(modes: NodeModes): readonly Listed[] {
  const { network } = modes.traced();
  const addresses = nodeAddresses(modes.parsed.snapshot);
  const ownIps: Readonly<Record<IpFamily, string>> = {
    ipv4: nodeIp(network, addresses, 'ipv4') ?? '127.0.0.1',
    ipv6: nodeIp(network, addresses, 'ipv6') ?? '::1',
  };
  return modes.model.services.flatMap((port) =>
    port.frontends.map((frontend) => {
      const ip = frontend.ip ?? ownIps[frontend.family];
      const { name, protocol } = port.port;
      const names = `${port.namespace}/${port.name}${name === '' ? '' : `:${name}`}`;
      const text = `${names} ${formatAddress(ip, frontend.port)}/${protocol} ${frontend.kind}`.toLowerCase();
      return { text, port, frontend, ip };
    }),
  );
}

function describe({ port, frontend, ip }: Listed): TraceDestination {
  return {
    namespace: port.namespace,
    name: port.name,
    portName: port.port.name,
    kind: frontend.kind,
    ip,
    port: frontend.port,
    protocol: port.port.protocol,
    endpoints: port.endpoints
      .filter(({ family }) => family === frontend.family)
      .map((endpoint) => formatAddress(endpoint.ip, endpoint.port)),
  };
}
