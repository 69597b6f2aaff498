import type { ConnectionsInUse } from '../ipvs/connectionsInUse.ts';

/** What of ipvs mode is in use on a node right now. */
export interface NodeUse {
  readonly inUse: ConnectionsInUse;
  /** See `readBoundAddresses`. */
  readonly boundAddresses: ReadonlySet<string>;
}
