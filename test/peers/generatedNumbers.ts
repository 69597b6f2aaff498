import type { IpFamily } from '../../agent/model/address.ts';

/** Hands out the addresses and ports of one set of objects; none of them twice. */
export class GeneratedNumbers {
  #clusterIp: number;
  #pod = 0;
  #external = 0;
  #nodePort = 30_000;
  #externalPort = 20_000;

  /** @param first cluster IP; different sets give the same addresses to different Services */
  constructor(first: number) {
    this.#clusterIp = first;
  }

  clusterIp(family: IpFamily): string {
    this.#clusterIp += 1;
    return address(family, '10.96', 'fd00:10:96::', this.#clusterIp);
  }

  pod(family: IpFamily): string {
    this.#pod += 1;
    return address(family, '10.244', 'fd00:10:244::', this.#pod);
  }

  /** An address outside the cluster: an external IP, or a load balancer's. */
  external(family: IpFamily): string {
    this.#external += 1;
    return address(family, '203.0', '2001:db8:2::', this.#external);
  }

  nodePort(): number {
    this.#nodePort += 1;
    return this.#nodePort;
  }

  /** A port for an address that several Services share. */
  externalPort(): number {
    this.#externalPort += 1;
    return this.#externalPort;
  }
}

function address(family: IpFamily, ipv4Prefix: string, ipv6Prefix: string, number: number): string {
  return family === 'ipv4' ? `${ipv4Prefix}.${number >> 8}.${number & 255}` : `${ipv6Prefix}${number.toString(16)}`;
}
