import type { IpFamily } from '../../model/address.ts';
import type { PacketRequest, TraceFact, TraceVerdict } from '../../model/packetTrace.ts';
import type { Fraction } from '../fraction.ts';
import type { NodeNetwork } from '../nodeNetwork.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Hook, Surroundings } from '../ruleProgram.ts';
import type { TracedNode } from '../tracedNode.ts';
import { assumingNetwork } from './assumingNetwork.ts';
import type { End, Flow, Trail } from './flow.ts';

/** The endpoint that something remembers for a connection or a client. */
export interface Endpoint {
  readonly address: TracedAddress;
  readonly port: number | undefined;
}

/** One packet being followed: what is known of it, the ways that are still to go, and those that have ended. */
export class Following {
  readonly node: TracedNode;
  /** The node's, which says of itself what it takes for granted. */
  readonly network: NodeNetwork;
  readonly request: PacketRequest;
  readonly family: IpFamily;
  /** Where the connection's first packet was translated to. */
  readonly translatedTo: Endpoint | undefined;
  readonly ends: End[] = [];
  /** The packet as it started. */
  firstPacket: TracedPacket | undefined;
  /** Ways to go on with; the last one is next. */
  readonly waiting: Flow[] = [];
  readonly assumptions: TraceFact[] = [];
  readonly #surroundings = new Map<Hook, Surroundings>();
  readonly #remembered: ReadonlySet<string>;

  constructor(
    node: TracedNode,
    request: PacketRequest,
    family: IpFamily,
    translatedTo: Endpoint | undefined,
    remembered: Endpoint | undefined,
  ) {
    this.node = node;
    this.network = assumingNetwork(node.network, (fact) => this.assume(fact));
    this.request = request;
    this.family = family;
    this.translatedTo = translatedTo;
    this.#remembered = new Set(
      remembered?.port === undefined
        ? []
        : node.programs.flatMap((programs) =>
            programs.affinityLists({ address: remembered.address, port: remembered.port ?? 0 }),
          ),
    );
  }

  assume(fact: TraceFact | undefined): void {
    if (fact === undefined) return;
    if (!this.assumptions.some((known) => isSameFact(known, fact))) this.assumptions.push(fact);
  }

  surroundings(hook: Hook): Surroundings {
    let found = this.#surroundings.get(hook);
    if (found === undefined) {
      found = {
        hook,
        network: this.network,
        ipSets: this.node.ipSets,
        isRemembered: (list) => this.#remembered.has(list),
      };
      this.#surroundings.set(hook, found);
    }
    return found;
  }

  end(flow: Flow, verdict: TraceVerdict, delivered?: End['delivered']): void {
    this.ends.push({ flow, verdict, delivered });
  }

  /** Goes on with a way in each of several variants; the first one is followed first. */
  split(flows: readonly Flow[]): void {
    for (let at = flows.length - 1; at >= 0; at--) {
      const flow = flows[at];
      if (flow !== undefined) this.waiting.push(flow);
    }
  }
}

function isSameFact(one: TraceFact, other: TraceFact): boolean {
  if (one.code !== other.code) return false;
  for (const name in one.args) if (one.args[name] !== other.args[name]) return false;
  return true;
}

type StepFields = Partial<Omit<Trail, 'previous' | 'before' | 'after' | 'worded'>> &
  Pick<Trail, 'hook' | 'kind' | 'effect'>;

/** Adds a step to a way, after which the packet is `after`. */
export function addStep(flow: Flow, fields: StepFields, after: TracedPacket = flow.packet): void {
  flow.trail = {
    previous: flow.trail,
    hook: fields.hook,
    kind: fields.kind,
    base: fields.base,
    program: fields.program,
    position: fields.position,
    location: fields.location,
    depth: fields.depth ?? 0,
    tried: fields.tried ?? 0,
    effect: fields.effect,
    effects: fields.effects ?? [],
    reason: fields.reason,
    before: flow.packet,
    after,
    probability: fields.probability,
    worded: undefined,
  };
  flow.packet = after;
}

/** The same way once more, to go on differently. */
export function variant(flow: Flow, probability: Fraction): Flow {
  return { ...flow, probability: flow.probability.times(probability) };
}

/** Sends a packet into a hook. */
export function enterHook(flow: Flow, hook: Hook, inDevice: string | undefined, outDevice: string | undefined): void {
  flow.hook = hook;
  flow.hooks = [...flow.hooks, hook];
  flow.entry = 0;
  flow.frame = undefined;
  flow.base = undefined;
  if (flow.packet.inDevice !== inDevice || flow.packet.outDevice !== outDevice) {
    flow.packet = { ...flow.packet, inDevice, outDevice };
  }
}
