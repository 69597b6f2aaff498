import { createHash } from 'node:crypto';
import type { ServiceProtocol } from '../model/address.ts';
import type { FrontendKind } from '../model/service.ts';
import type { KubernetesObjects, ServiceObject, ServiceObjectPort } from '../objects/kubernetesObjects.ts';
import { formatServicePortName, type ServicePortName } from './serviceName.ts';

/** A port of a Service object, and as what an address reaches it. */
export interface ObjectFrontend {
  readonly service: ServiceObject;
  readonly port: ServiceObjectPort;
  readonly kind: FrontendKind;
}

/** Finds Services by what stands in rules: addresses, node ports and the hashes in chain names. */
export class ObjectIndex {
  readonly #byAddress = new Map<string, ObjectFrontend>();
  readonly #byNodePort = new Map<string, ObjectFrontend>();
  readonly #objects: KubernetesObjects;
  readonly #nodeName: string | undefined;
  #byHash: Map<string, ServicePortName> | undefined;
  #nodesOfEndpoints: Map<string, Set<string>> | undefined;

  /** @param nodeName the Kubernetes name of the node whose rules are read, when it is known. */
  constructor(objects: KubernetesObjects, nodeName?: string) {
    this.#objects = objects;
    this.#nodeName = nodeName;
    for (const service of objects.services) for (const port of service.ports) this.#add(service, port);
  }

  /** The Service that is reached under an address; node ports are not looked at. */
  byAddress(ip: string, protocol: ServiceProtocol, port: number): ObjectFrontend | undefined {
    return this.#byAddress.get(addressKey(ip, protocol, port));
  }

  byNodePort(protocol: ServiceProtocol, port: number): ObjectFrontend | undefined {
    return this.#byNodePort.get(`${protocol}:${port}`);
  }

  /** The Service whose chains carry this hash: 16 characters in iptables (`KUBE-SVC-...`), 8 in nftables. */
  byChainHash(hash: string): ServicePortName | undefined {
    this.#byHash ??= this.#hashes();
    return this.#byHash.get(hash);
  }

  /** Whether an endpoint is on this node; undefined when the objects do not say, or the node is not known. */
  isLocal(namespace: string, service: string, ip: string): boolean | undefined {
    if (this.#nodeName === undefined) return undefined;
    this.#nodesOfEndpoints ??= this.#endpointNodes();
    return this.#nodesOfEndpoints.get(`${namespace}/${service}/${ip}`)?.has(this.#nodeName);
  }

  #add(service: ServiceObject, port: ServiceObjectPort): void {
    const add = (kind: FrontendKind, ips: readonly string[]): void => {
      for (const ip of ips) {
        const key = addressKey(ip, port.protocol, port.port);
        if (!this.#byAddress.has(key)) this.#byAddress.set(key, { service, port, kind });
      }
    };
    add('clusterIP', service.clusterIPs);
    // kube-proxy itself captures nothing but the cluster IP of a headless Service: there is none.
    if (service.clusterIPs.length === 0) return;
    add('externalIP', service.externalIPs);
    add('loadBalancerIP', service.loadBalancerIPs);
    if (port.nodePort !== undefined) {
      this.#byNodePort.set(`${port.protocol}:${port.nodePort}`, { service, port, kind: 'nodePort' });
    }
  }

  #hashes(): Map<string, ServicePortName> {
    const hashes = new Map<string, ServicePortName>();
    for (const { namespace, name, ports } of this.#objects.services) {
      for (const port of ports) {
        const portName = { namespace, name, portName: port.name };
        hashes.set(base32Hash(`${formatServicePortName(portName)}${port.protocol}`).slice(0, 16), portName);
        hashes.set(base32Hash(`${namespace}/${name}/${port.protocol}/${port.name}`).slice(0, 8), portName);
      }
    }
    return hashes;
  }

  #endpointNodes(): Map<string, Set<string>> {
    const nodes = new Map<string, Set<string>>();
    for (const { namespace, serviceName, endpoints } of this.#objects.endpointSlices) {
      for (const { addresses, nodeName } of endpoints) {
        const [ip] = addresses;
        if (ip === undefined || nodeName === undefined) continue;
        const key = `${namespace}/${serviceName}/${ip}`;
        const known = nodes.get(key);
        if (known === undefined) nodes.set(key, new Set([nodeName]));
        else known.add(nodeName);
      }
    }
    return nodes;
  }
}

function addressKey(ip: string, protocol: string, port: number): string {
  return `${ip} ${protocol} ${port}`;
}

/** kube-proxy's `portProtoHash` and `hashAndTruncate`: SHA-256 in base 32 (RFC 4648). */
function base32Hash(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = createHash('sha256').update(text).digest();
  let encoded = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      encoded += alphabet.charAt((value >>> bits) & 31);
    }
  }
  return encoded;
}
