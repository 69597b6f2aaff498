import { setImmediate } from 'node:timers/promises';
import type { PacketTrace, TraceFact } from '../../model/packetTrace.ts';
import type { ServiceMode } from '../../model/serviceRules.ts';
import type { MigrationRow } from '../../protocol/traceMessages.ts';
import { tracePacket } from '../../trace/tracePacket.ts';
import { assumption } from '../assumption.ts';
import { type MigrationCode, migrationCodes } from '../migrationCodes.ts';
import type { NodeModes } from '../nodeModes.ts';
import { changesOf, type Sides } from './classify.ts';
import type { Probe } from './probe.ts';
import { probesOf } from './probes.ts';
import { describeSide, sideOf } from './side.ts';

/** What a change of mode would change for the clients of a node's Services. */
export interface MigrationReport {
  readonly from: ServiceMode;
  readonly to: ServiceMode;
  /** Packets whose ways were compared. */
  readonly packets: number;
  /** Those of which something is not known. */
  readonly unknown: number;
  /** In the order of the codes, and within a code of the Services; of each code the first ones. */
  readonly rows: readonly MigrationRow[];
  /** How many there are of each code. */
  readonly counts: Readonly<Partial<Record<MigrationCode, number>>>;
  readonly assumptions: readonly TraceFact[];
}

/** Thrown where there is no mode that could be left. */
export class NoServiceMode extends Error {
  override readonly name = 'NoServiceMode';
  readonly code = 'no-service-mode';
  readonly args: Readonly<Record<string, string | number>> = {};

  constructor() {
    super('No rules of kube-proxy that can be compared stand on this node.');
  }
}

/** What watches a check. */
export interface MigrationWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { part: string; done: number; total: number }) => void) | undefined;
}

/** Rows of each code that are given; the others are counted. */
const mostRows = 250;

/** Milliseconds of work between two turns of the event loop. */
const sliceMs = 10;

/**
 * Follows packets from all kinds of sources to all frontends of a node, through the rules that stand and through those
 * of another mode, and tells what differs. The event loop turns meanwhile.
 *
 * @throws NoServiceMode
 * @throws the signal's reason
 */
export async function checkMigration(
  modes: NodeModes,
  to: ServiceMode,
  { signal, onProgress }: MigrationWatch = {},
): Promise<MigrationReport> {
  const from = modes.mode;
  if (from === undefined) throw new NoServiceMode();
  await modes.prepare(to);
  await setImmediate();
  const comparison = new Comparison(modes, from, to);
  const probes = probesOf(modes);
  let done = 0;
  let sliceEnd = performance.now() + sliceMs;
  for (const ofPort of probes.all()) {
    for (const probe of ofPort) comparison.add(probe);
    done++;
    if (performance.now() < sliceEnd) continue;
    onProgress?.({ part: ofPort[0]?.service ?? '', done, total: probes.ports });
    await setImmediate();
    signal?.throwIfAborted();
    sliceEnd = performance.now() + sliceMs;
  }
  return comparison.report();
}

class Comparison {
  readonly #modes: NodeModes;
  readonly #from: ServiceMode;
  readonly #to: ServiceMode;
  readonly #rows = new Map<MigrationCode, MigrationRow[]>();
  readonly #counts: Partial<Record<MigrationCode, number>> = {};
  /** Each is told once. */
  readonly #assumptions = new Map<string, TraceFact>();
  /** Of the probe before: that of a remembered client follows the one of a client that is not. */
  #sidesBefore: Sides | undefined;
  #packets = 0;
  #unknown = 0;

  constructor(modes: NodeModes, from: ServiceMode, to: ServiceMode) {
    this.#modes = modes;
    this.#from = from;
    this.#to = to;
    for (const fact of [...modes.services.assumptions, ...settingsThatStay(modes, from, to)]) this.#assume(fact);
  }

  add(probe: Probe): void {
    this.#packets++;
    const sides: Sides = {
      before: sideOf(this.#trace(this.#from, probe), probe.request),
      after: sideOf(this.#trace(this.#to, probe), probe.request),
    };
    const changes = changesOf(probe, sides, probe.request.remembered === undefined ? undefined : this.#sidesBefore);
    this.#sidesBefore = sides;
    for (const code of changes) {
      if (code === 'unknown') this.#unknown++;
      const count = (this.#counts[code] ?? 0) + 1;
      this.#counts[code] = count;
      if (count > mostRows) continue;
      const row: MigrationRow = {
        code,
        service: probe.service,
        request: probe.request,
        before: describeSide(sides.before),
        after: describeSide(sides.after),
      };
      const rows = this.#rows.get(code);
      if (rows === undefined) this.#rows.set(code, [row]);
      else rows.push(row);
    }
  }

  report(): MigrationReport {
    return {
      from: this.#from,
      to: this.#to,
      packets: this.#packets,
      unknown: this.#unknown,
      rows: migrationCodes.flatMap((code) => this.#rows.get(code) ?? []),
      counts: this.#counts,
      assumptions: [...this.#assumptions.values()],
    };
  }

  #trace(mode: ServiceMode, { request }: Probe): PacketTrace {
    const trace = tracePacket(this.#modes.traced(mode), request);
    for (const fact of trace.assumptions) this.#assume(fact);
    return trace;
  }

  #assume(fact: TraceFact): void {
    const key = `${fact.code} ${fact.args['setting'] ?? ''}`;
    if (!this.#assumptions.has(key)) this.#assumptions.set(key, fact);
  }
}

const forwarding = 'net/ipv4/ip_forward';

/**
 * kube-proxy sets them and does not put them back; only a node that starts again in the other mode is without. Nodes
 * forward packets whatever the mode, or their pods would reach nobody.
 */
function settingsThatStay(modes: NodeModes, from: ServiceMode, to: ServiceMode): readonly TraceFact[] {
  const wanted = modes.compiled(to).sysctls;
  const { network } = modes.traced();
  return [...modes.compiled(from).sysctls].flatMap(([path, value]) => {
    const setting = path.replaceAll('/', '.');
    if (path === forwarding || wanted.has(path) || network.setting(setting) !== value) return [];
    const message = `${setting} stays ${value} until the node starts again.`;
    return [assumption('settings-stay', message, { setting, value })];
  });
}
