/**
 * Measures how long it takes to follow packets through the rules of 10,000 Services with ten endpoints each, in every
 * mode: `npm run bench:trace`. The rules are compiled, printed as the tools print them, parsed and indexed; then packets
 * of a pod go to random Services, and the time of each counts, which is the least of some. Beside it the same rules are asked one after another, as
 * long as the kernel would, without an index of chains; sets and maps keep theirs. Fails when a packet takes 1 ms.
 */
import { snapshotWith } from '../../agent/compare/snapshotWith.ts';
import { compileRules } from '../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import { parseSnapshot } from '../../agent/interpret/parseSnapshot.ts';
import type { PacketRequest } from '../../agent/model/packetTrace.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import type { Snapshot, SnapshotPart } from '../../agent/model/snapshot.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import type { ChainProgram, RulePrograms } from '../../agent/trace/ruleProgram.ts';
import { nodeOfParts, type TracedNode, tracedNode } from '../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../agent/trace/tracePacket.ts';
import { SeededRandom } from '../peers/seededRandom.ts';
import { manyServices } from './apply/manyServices.ts';

const services = 10_000;
const coldPackets = 3_000;
const packets = 3_000;
/** Asking 10,000 rules takes long. */
const linearPackets = 40;
/** What a noisy machine adds is not the tracer's own. */
const rounds = 5;
const limitMicroseconds = 1_000;

/** Of the node apart from rules. */
const nodeIp = '10.0.2.15';
const parts: readonly SnapshotPart[] = [
  part('addresses.json', 'addresses', [
    { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }] },
    { ifname: 'eth0', addr_info: [{ family: 'inet', local: nodeIp, prefixlen: 24, scope: 'global' }] },
    { ifname: 'cni0', addr_info: [{ family: 'inet', local: '10.244.0.1', prefixlen: 16, scope: 'global' }] },
  ]),
  part('routes.json', 'routes', [
    { dst: 'default', gateway: '10.0.2.2', dev: 'eth0', flags: [] },
    { dst: '10.0.2.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: nodeIp, flags: [] },
    { dst: '10.244.0.0/16', dev: 'cni0', protocol: 'kernel', scope: 'link', prefsrc: '10.244.0.1', flags: [] },
    { type: 'local', dst: nodeIp, dev: 'eth0', table: 'local', scope: 'host', prefsrc: nodeIp, flags: [] },
    { type: 'local', dst: '10.244.0.1', dev: 'cni0', table: 'local', scope: 'host', prefsrc: '10.244.0.1', flags: [] },
    { type: 'local', dst: '127.0.0.0/8', dev: 'lo', table: 'local', scope: 'host', prefsrc: '127.0.0.1', flags: [] },
  ]),
  { ...part('sysctls', 'sysctls', []), text: 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 0\n' },
];

function part(id: string, kind: SnapshotPart['kind'], content: unknown): SnapshotPart {
  const family = kind === 'routes' ? ({ family: 'ipv4' } as const) : {};
  return { id, kind, ...family, source: [], status: 'complete', durationMs: 0, text: JSON.stringify(content) };
}

const { objects } = readObjects(manyServices(services), 'objects');
const options = completeProxyOptions(
  { nodeName: 'testnode', nodeIps: [nodeIp], localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] } },
  assumedKernelFacts([nodeIp]),
);
const empty: Snapshot = { takenAt: '', nodeName: 'testnode', origin: 'live', parts };

for (const mode of ['iptables', 'ipvs', 'nftables'] as const) measure(mode);

function measure(mode: ServiceMode): void {
  const snapshot = snapshotWith(parseSnapshot(empty), compileRules(objects, options, mode));
  const megabytes = snapshot.parts.reduce((sum, { text }) => sum + text.length, 0) / 1e6;
  const random = new SeededRandom(7);
  const started = performance.now();
  const parsed = parseSnapshot(snapshot);
  const parsedAt = performance.now();
  const node = tracedNode(parsed);
  const first = tracePacket(node, request(0));
  const indexedAt = performance.now();
  const reached = first.outcomes.filter(({ verdict }) => verdict.kind === 'accept').length;
  if (reached !== 10) throw new Error(`${mode}: ${reached} of 10 endpoints are reached`);

  const cold = quantile(times(node, coldPackets, 1, random), 0.5);
  const indexed = times(node, packets, rounds, random);
  const linear = quantile(times(withoutIndex(node), linearPackets, rounds, random), 0.5);
  const [median, worst] = [quantile(indexed, 0.5), quantile(indexed, 1)];
  console.log(
    `${mode.padEnd(8)} ${megabytes.toFixed(1)} MB: parsed in ${(parsedAt - started).toFixed(0)} ms, indexed with the ` +
      `first packet in ${(indexedAt - parsedAt).toFixed(0)} ms; a packet takes ${median.toFixed(0)} us (median), ` +
      `${worst.toFixed(0)} us (worst), ${cold.toFixed(0)} us before its Service's chains were asked once; ` +
      `without an index ${linear.toFixed(0)} us, ${(linear / median).toFixed(1)} times as long`,
  );
  if (Math.max(cold, worst) >= limitMicroseconds) process.exitCode = 1;
}

function request(service: number): PacketRequest {
  const value = 0x0a600000 + 10 + service;
  const destination = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
  return { from: { kind: 'pod', ip: '10.244.255.254' }, destination, protocol: 'tcp', port: 80 };
}

/** Microseconds of packets to random Services, sorted. Of so many times that each is followed, the least counts. */
function times(node: TracedNode, count: number, rounds: number, random: SeededRandom): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const asked = request(random.below(services));
    return Math.min(...Array.from({ length: rounds }, () => microseconds(node, asked)));
  }).sort();
}

function microseconds(node: TracedNode, asked: PacketRequest): number {
  const started = performance.now();
  tracePacket(node, asked);
  return (performance.now() - started) * 1_000;
}

function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** The same node, of which every rule of a chain is asked. */
function withoutIndex(node: TracedNode): TracedNode {
  const chains = new Map<ChainProgram, ChainProgram>();
  const linear = (chain: ChainProgram): ChainProgram => {
    const known = chains.get(chain);
    if (known !== undefined) return known;
    const made: ChainProgram = {
      ...bound(chain),
      candidate: (position) => position,
      chain: (name) => {
        const target = chain.chain(name);
        return target && linear(target);
      },
    };
    chains.set(chain, made);
    return made;
  };
  const programs = node.programs.map(
    (each): RulePrograms => ({
      baseChains: each.baseChains.map((base) => ({ ...base, program: linear(base.program) })),
      affinityLists: (endpoint) => each.affinityLists(endpoint),
      rulesTo: (destination) => each.rulesTo(destination),
      missing: each.missing,
    }),
  );
  return nodeOfParts({ ...node, programs });
}

/** A chain's methods as functions of an object that can be spread. */
function bound(chain: ChainProgram): ChainProgram {
  return {
    name: chain.name,
    ruleCount: chain.ruleCount,
    location: chain.location,
    candidate: (position, packet) => chain.candidate(position, packet),
    ask: (position, packet, surroundings) => chain.ask(position, packet, surroundings),
    miss: (position, packet, surroundings) => chain.miss(position, packet, surroundings),
    ruleLocation: (position) => chain.ruleLocation(position),
    ruleText: (position) => chain.ruleText(position),
    ruleCounters: (position) => chain.ruleCounters(position),
    chain: (name) => chain.chain(name),
    callers: () => chain.callers(),
  };
}
