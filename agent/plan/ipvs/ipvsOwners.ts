import { formatAddress, type IpFamily } from '../../model/address.ts';
import { type IpvsSetRole, ipvsSetName } from '../../model/ipvsSets.ts';

/** Says to which Service a part of the rules belongs, as far as that is known. */
export class IpvsOwners {
  readonly #services: ReadonlyMap<string, string>;
  readonly #nodePortSets: ReadonlyMap<string, string>;
  /** By `tcp 30080` and by `10.96.0.10`; several Services make undefined. */
  readonly #byPart = new Map<string, string | undefined>();

  /** @param services `NAMESPACE/NAME` by key of virtual server. */
  constructor(services: ReadonlyMap<string, string>, family: IpFamily) {
    this.#services = services;
    this.#nodePortSets = new Map(portSets.map(([role, protocol]) => [ipvsSetName(role, family), protocol]));
    for (const [key, service] of services) {
      const space = key.indexOf(' ');
      const colon = key.lastIndexOf(':');
      this.#add(`${key.slice(0, space)} ${key.slice(colon + 1)}`, service);
      this.#add(key.slice(space + 1, colon).replace(/^\[|\]$/g, ''), service);
    }
  }

  ofVirtualServer(key: string): string | undefined {
    return this.#services.get(key);
  }

  /** An address of the device. */
  ofAddress(ip: string): string | undefined {
    return this.#byPart.get(ip);
  }

  /** An entry of a set, `10.96.0.10,tcp:80` or `30080`. */
  ofEntry(set: string, entry: string): string | undefined {
    if (this.#services.size === 0) return undefined;
    const [ip = '', port] = entry.split(',', 2);
    if (port === undefined) return this.#byPart.get(`${this.#nodePortSets.get(set) ?? ''} ${ip}`) ?? this.ofAddress(ip);
    const colon = port.indexOf(':');
    return this.#services.get(`${port.slice(0, colon)} ${formatAddress(ip, Number(port.slice(colon + 1)))}`);
  }

  #add(part: string, service: string): void {
    this.#byPart.set(part, !this.#byPart.has(part) || this.#byPart.get(part) === service ? service : undefined);
  }
}

/** The sets of ports with the protocol that they are of. */
const portSets: readonly (readonly [IpvsSetRole, string])[] = [
  ['KUBE-NODE-PORT-TCP', 'tcp'],
  ['KUBE-NODE-PORT-LOCAL-TCP', 'tcp'],
  ['KUBE-NODE-PORT-UDP', 'udp'],
  ['KUBE-NODE-PORT-LOCAL-UDP', 'udp'],
];
