/**
 * Where UDP packets for Services are sent, and the endpoints that may get them, as `ADDRESS:PORT`, in IPv6
 * `[ADDRESS]:PORT`. A frontend without endpoints refuses packets; that is a fact about it too.
 */
export interface UdpFrontends {
  /** By `ADDRESS:PORT`. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>;
  /** By port, on whichever of the node's addresses. */
  readonly nodePorts: ReadonlyMap<number, ReadonlySet<string>>;
}
