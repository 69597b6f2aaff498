import type { IpFamily } from './address.ts';
import type { SourceLocation } from './location.ts';

/** Where a packet starts. */
export type PacketOrigin =
  /** A pod of this node: it comes in through the device that leads to its address. */
  | { readonly kind: 'pod'; readonly ip: string }
  /** A process in the node's own network namespace. Without an address, the kernel chooses one by the route. */
  | { readonly kind: 'node'; readonly ip?: string | undefined }
  /** Another machine. Without a device, the packet comes in where the way back to its address leads. */
  | { readonly kind: 'external'; readonly ip: string; readonly device?: string | undefined };

/** What connection tracking knows of a packet's connection when the packet starts. */
export interface PacketConnection {
  readonly state: 'new' | 'established' | 'related' | 'invalid' | 'untracked';
  /** Where the connection's first packet was translated to, `ADDRESS:PORT`; of connections that are no longer new. */
  readonly translatedTo?: string | undefined;
}

/** A packet to follow. */
export interface PacketRequest {
  readonly from: PacketOrigin;
  /** An IP address. */
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** Of tcp, udp and sctp. */
  readonly port?: number | undefined;
  /** One that is not given is taken from the range of ephemeral ports. */
  readonly sourcePort?: number | undefined;
  /** The packet's mark (`skb->mark`) when it starts; 0 when not given. */
  readonly mark?: number | undefined;
  /** A new connection when not given. */
  readonly connection?: PacketConnection | undefined;
  /** The endpoint, `ADDRESS:PORT`, that session affinity remembers for this client; not given: none. */
  readonly remembered?: string | undefined;
}

/** A fact with a stable kebab-case code, which clients word themselves. */
export interface TraceFact {
  readonly code: string;
  /** Complete English sentence. */
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** Where in the node a step happens: netfilter's hooks, and what stands between them. */
export type TraceStage =
  | 'ingress'
  | 'prerouting'
  | 'routing'
  | 'input'
  | 'ipvs'
  | 'forward'
  | 'output'
  | 'postrouting'
  | 'end';

/** What a step did with the packet. */
export type TraceEffect =
  /** The packet came to its start or went on without more. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** The destination is translated to `to`. */
  | { readonly kind: 'dnat'; readonly to: string }
  /** The source is translated to `to`; `masquerade` takes the address from the route. */
  | { readonly kind: 'snat' | 'masquerade'; readonly to: string }
  /** `field` is `mark`, `connection mark`, `ttl`, ... */
  | { readonly kind: 'set'; readonly field: string; readonly to: string }
  /** A set or map was asked; `found` is the element's text, and absent where it has none that fits. */
  | { readonly kind: 'lookup'; readonly set: string; readonly found?: string }
  /** The routing decision. */
  | {
      readonly kind: 'route';
      readonly to: 'local' | 'forward' | 'unreachable' | 'blackhole' | 'prohibit';
      /** The device that it leaves through; of local packets, the one that has the address. */
      readonly device?: string;
      readonly via?: string;
    }
  /** An ipvs virtual server chose a real server. `decidedBy` names what a deterministic scheduler looks at. */
  | {
      readonly kind: 'schedule';
      readonly virtualServer: string;
      readonly realServer: string;
      readonly scheduler: string;
      readonly decidedBy?: readonly string[];
    }
  /** Connection tracking applied what it remembered of the connection. */
  | { readonly kind: 'remembered'; readonly to: string }
  /** The packet left the node through a device, or reached a socket of the node. */
  | { readonly kind: 'leave'; readonly device: string }
  | { readonly kind: 'deliver' }
  /** Here the simulation ends: the reason says what it does not know. */
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

/** A field of the packet before and after a step, in the words of the rule languages. */
export interface FieldChange {
  readonly field: 'source' | 'destination' | 'sourcePort' | 'destinationPort' | 'mark' | 'connectionMark' | 'state';
  readonly before: string;
  readonly after: string;
}

/** One step of a packet through the node. */
export interface TraceStep {
  readonly hook: TraceStage;
  /**
   * `rule`: a rule that matched; `policy`: the end of a chain, with a base chain's policy or back to the caller of another
   * one; the others happen outside of chains.
   */
  readonly kind: 'rule' | 'policy' | 'routing' | 'virtualServer' | 'connection' | 'start' | 'end';
  /** `nat`, or `inet firewalld` for nftables. */
  readonly table?: string;
  readonly chain?: string;
  /** The rule's number in its chain, from 0. */
  readonly position?: number;
  /** The rule as it stands in the dump. */
  readonly rule?: string;
  readonly location?: SourceLocation;
  /** How deep in chains that lead to each other, from 0. */
  readonly depth: number;
  /** Rules of the same chain between the step before and this one, which did not match. */
  readonly tried: number;
  readonly effect: TraceEffect;
  /** What the step did beside that: sets that were asked, marks; absent when nothing. */
  readonly effects?: readonly TraceEffect[];
  /** Why a step outside of rules ended the way. */
  readonly reason?: TraceFact;
  readonly changes: readonly FieldChange[];
  /** The packet after the step: `10.244.0.9:40000 -> 10.0.0.2:8080`. */
  readonly packet: string;
  /** The part of packets that goes this way, 0 to 1, where the step has several ways. */
  readonly probability?: number;
  readonly counters?: { readonly packets: number; readonly bytes: number };
}

export type TraceVerdict =
  /** It reached `destination`: an endpoint, another machine, or a process of the node. */
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

/** One way that the packet can go. */
export interface TraceOutcome {
  /** 0 to 1; those of all outcomes are 1 together. */
  readonly probability: number;
  /** The same as people write it, `1/3`, where a simple fraction is as near as the kernel's arithmetic is. */
  readonly share: string;
  readonly verdict: TraceVerdict;
  /** `ADDRESS:PORT` after all translations. */
  readonly destination: string;
  readonly source: string;
  readonly masqueraded: boolean;
  readonly mark: number;
  /** Where it is then: out through a device, or at the node's own sockets; absent unless accepted. */
  readonly delivered?: { readonly to: 'node' } | { readonly to: 'device'; readonly device: string };
  /** The hooks that it went through, in order. */
  readonly hooks: readonly TraceStage[];
  readonly steps: readonly TraceStep[];
}

/** Every way that a packet can go through a node. */
export interface PacketTrace {
  readonly family: IpFamily;
  /** The packet at its start: `10.244.0.9:40000 -> 10.96.0.10:80`. */
  readonly packet: string;
  /** The likeliest first. */
  readonly outcomes: readonly TraceOutcome[];
  /** What was taken for granted because the snapshot does not say, and how to get it. */
  readonly assumptions: readonly TraceFact[];
}
