import type { IpFamily } from '../../model/address.ts';
import type { PacketRequest } from '../../model/packetTrace.ts';

/** As what a packet is sent to a Service. */
export type ProbeTarget =
  | 'clusterIP'
  | 'nodePort'
  /** On an address of the node beside its own one. */
  | 'otherNodePort'
  | 'localhostNodePort'
  | 'externalIP'
  | 'loadBalancerIP'
  | 'healthCheck'
  /** A ping to a cluster IP, and a port of it that its Service does not have. */
  | 'ping'
  | 'closedPort';

/** Who sends it: a pod that is an endpoint sends to itself too. */
export type ProbeSource = 'pod' | 'endpoint' | 'node' | 'external' | 'externalAllowed';

/** A packet whose ways in two modes are compared. */
export interface Probe {
  /** `NAMESPACE/NAME:PORT` */
  readonly service: string;
  readonly target: ProbeTarget;
  readonly source: ProbeSource;
  readonly family: IpFamily;
  /** Whether the load balancer is open to some clients only. */
  readonly hasSourceRanges: boolean;
  readonly request: PacketRequest;
}
