import type { PacketRequestMessage, PacketTraceMessage } from '../../agent/protocol/traceMessages.ts';

/* Parts of a trace as they come from an agent. What they mean stands in `agent/model/packetTrace.ts`. */

export type Request = PacketRequestMessage;
export type Trace = PacketTraceMessage;
export type Outcome = Trace['outcomes'][number];
export type Step = Outcome['steps'][number];
export type Effect = Step['effect'];
export type Stage = Step['hook'];
export type Verdict = Outcome['verdict'];
