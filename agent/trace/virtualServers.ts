import type { SourceLocation } from '../model/location.ts';
import type { TraceFact } from '../model/packetTrace.ts';
import type { Fraction } from './fraction.ts';
import type { TracedAddress, TracedPacket } from './packet.ts';

/** A real server that a virtual server can choose. */
export interface ScheduledServer {
  readonly address: TracedAddress;
  readonly port: number | undefined;
  readonly probability: Fraction;
  /** Packets are translated to it; other forwarding methods leave their addresses as they are. */
  readonly forwarding: 'masquerade' | 'direct' | 'tunnel';
  /** `ADDRESS:PORT`. */
  readonly text: string;
}

/** What ipvs does with the first packet of a connection. */
export interface Scheduling {
  /** `TCP 10.96.0.10:80`. */
  readonly virtualServer: string;
  readonly scheduler: string;
  /** Where it stands in the snapshot. */
  readonly location: SourceLocation;
  /**
   * Empty when it has none that takes connections: the kernel answers with a port unreachable. What their probabilities
   * lack to 1 is answered so too: clients whose hash leads to a real server without weight.
   */
  readonly servers: readonly ScheduledServer[];
  /** What a deterministic scheduler, or persistence, looks at: `source address`. Empty for the others. */
  readonly decidedBy: readonly string[];
}

/** The virtual servers of a snapshot. */
export interface VirtualServers {
  /** Whether there are any, so that ipvs looks at packets at all. */
  readonly isActive: boolean;
  /** @param remembered the endpoint that persistence remembers for the client */
  schedule(packet: TracedPacket, remembered: string | undefined): Scheduling | undefined;
  readonly missing: readonly TraceFact[];
}
