import { setTimeout as delay } from 'node:timers/promises';
import { parseSnapshot } from '../../../agent/interpret/parseSnapshot.ts';
import { formatAddress } from '../../../agent/model/address.ts';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { collectSnapshot } from '../../../agent/node/collectSnapshot.ts';
import { tracedNode } from '../../../agent/trace/tracedNode.ts';
import { tracePacket } from '../../../agent/trace/tracePacket.ts';
import type { GeneratedPacket } from './generatedPackets.ts';
import { type Observation, Observations } from './observation.ts';
import { packetBytes } from './packetBytes.ts';
import { RuleTrace, traceTable } from './ruleTrace.ts';
import { type Counts, Tally } from './tally.ts';
import type { TracedHost } from './tracedHost.ts';
import { TracedNetwork } from './tracedNetwork.ts';
import type { LoadStep, TracedScenario } from './tracedScenario.ts';
import type { Sending, Wire } from './wire.ts';

export interface ScenarioResult extends Counts {
  /** What was predicted from. */
  readonly snapshot: Snapshot;
}

/** A packet on its way: as the kernel gets it, with the source that the node's own packets have. */
interface SentPacket {
  readonly packet: GeneratedPacket;
  readonly source: string;
  /** Of a later packet, whether the first one's source was translated, which a request does not tell. */
  readonly isSourceTranslated?: boolean;
}

/** Connections that are gone on with. */
const followed = 60;
/** Times that a packet with several ways is sent when its shares are looked at. */
const manyTimes = 400;

/** Sends a scenario's packets through a node that has its rules, and compares with what is predicted from a snapshot. */
export async function checkScenario(host: TracedHost, scenario: TracedScenario): Promise<ScenarioResult> {
  await using network = await TracedNetwork.lay(host, scenario.network.plan);
  for (const step of scenario.load) await load(network, step);
  const snapshot = await collectSnapshot(network.machine());
  const node = tracedNode(parseSnapshot(snapshot));
  const wire = await network.wire();
  const tally = new Tally((request) => tracePacket(node, request));

  const sent = await send(wire, scenario.packets, tally);
  const repeated = sent.flatMap((each) => scenario.repeat(each.sent.packet, endpointOf(each)));
  await send(wire, repeated, tally);
  if (scenario.goesOn) await goOn(wire, sent, tally);
  for (const packet of scenario.packets.filter((each) => tally.mayBeShared(each)).slice(0, scenario.shared)) {
    const many = Array.from({ length: manyTimes }, () => scenario.again(packet));
    const observations = (await send(wire, many, undefined)).map(({ observation }) => observation);
    tally.addShares(packet, observations);
  }
  if (scenario.followed > 0) await followRules(network, wire, scenario, tally);
  return { ...tally.counts(), snapshot };
}

/** Compares the rules that packets match, in their order. */
async function followRules(network: TracedNetwork, wire: Wire, scenario: TracedScenario, tally: Tally): Promise<void> {
  const packets = scenario.packets
    .filter(({ request: { protocol }, destination }) => destination.affinity === undefined && /tcp|udp/.test(protocol))
    .slice(0, scenario.followed)
    .map((packet) => scenario.again(packet));
  const sent = await withSources(wire, packets);
  await network.run(['nft', '-f', '-'], traceTable);
  await using trace = new RuleTrace(network.remote(RuleTrace.command));
  const sourceOf = ({ source, packet: { request } }: SentPacket): string => `${source} ${request.sourcePort}`;
  // nft says nothing when it has begun to listen.
  const first = signal(scenario);
  const begun = trace.until(sourceOf(first));
  for (let isReading = false; !isReading; ) {
    await wire.exchange([sendingOf(first, 'first')]);
    isReading = await Promise.race([begun.then(() => true), delay(50, false)]);
  }
  const last = signal(scenario);
  await wire.exchange([...sent, last].map((each) => sendingOf(each, 'first')));
  await trace.until(sourceOf(last));
  for (const each of sent) tally.addRules(each.packet, trace.of(sourceOf(each)));
}

/** A packet that comes to rules, whatever they are. */
function signal(scenario: TracedScenario): SentPacket {
  const source = '198.51.100.1';
  const destination = { ip: '10.0.2.15', protocol: 'udp', port: 9 } as const;
  const request = {
    from: { kind: 'external', ip: source },
    destination: destination.ip,
    protocol: 'udp',
    port: 9,
  } as const;
  const packet: GeneratedPacket = { id: 0, device: 'eth0', destination, request: { ...request, sourcePort: 0 } };
  return { packet: scenario.again(packet), source };
}

/** Tries of a text of which lines are left out. */
const mostTries = 8;

async function load(network: TracedNetwork, step: LoadStep): Promise<void> {
  const { argv, stdin, isTried = false, alsoFine = [] } = step;
  let text = stdin;
  for (let tries = 0; isTried && tries < mostTries; tries++) {
    const { exitCode, stderr } = await network.tryRun(argv, text);
    if (exitCode === 0) return;
    const wrong = new Set([...stderr.matchAll(/^\/dev\/stdin:(\d+):/gm)].map(([, line]) => Number(line) - 1));
    text = text
      .split('\n')
      .filter((_, index) => !wrong.has(index))
      .join('\n');
  }
  const { exitCode, stderr } = await network.tryRun(argv, text);
  if (exitCode === 0 || alsoFine.includes(exitCode ?? 0)) return;
  throw new Error(`${argv.join(' ')} failed with ${exitCode}: ${stderr.slice(0, 2000)}`);
}

/** The endpoint that a packet was translated to. */
function endpointOf({ observation }: SentResult): string | undefined {
  if (observation.kind !== 'accept') return undefined;
  const { destination, destinationPort } = observation.packet;
  return formatAddress(destination, destinationPort);
}

interface SentResult {
  readonly sent: SentPacket;
  readonly observation: Observation;
}

async function send(wire: Wire, packets: readonly GeneratedPacket[], tally: Tally | undefined): Promise<SentResult[]> {
  return exchange(wire, await withSources(wire, packets), tally, 'first');
}

async function exchange(
  wire: Wire,
  sent: readonly SentPacket[],
  tally: Tally | undefined,
  part: 'first' | 'later',
): Promise<SentResult[]> {
  const observations = new Observations(await wire.exchange(sent.map((each) => sendingOf(each, part))));
  return sent.map((each) => {
    const observation = observations.of(each.packet.id);
    tally?.add(each.packet, observation, each.isSourceTranslated ? 'nothing' : 'all');
    return { sent: each, observation };
  });
}

/** Packets that the node has no way for are not sent at all. */
async function withSources(wire: Wire, packets: readonly GeneratedPacket[]): Promise<SentPacket[]> {
  const open = packets.filter(({ request }) => request.from.ip === undefined);
  const questions = open.map(({ request }) => ({ mark: request.mark ?? 0, destination: request.destination }));
  const answers = questions.length === 0 ? [] : await wire.chooseSources(questions);
  const chosen = new Map(open.map((packet, index) => [packet, answers[index]]));
  return packets.flatMap((packet) => {
    const source = packet.request.from.ip ?? chosen.get(packet);
    return source === undefined ? [] : [{ packet, source }];
  });
}

function sendingOf({ packet: { id, request, device }, source }: SentPacket, part: 'first' | 'later'): Sending {
  const { destination, protocol, sourcePort, port = 0, mark = 0, connection } = request;
  const bytes = packetBytes({
    id,
    source,
    destination,
    protocol,
    sourcePort,
    destinationPort: port,
    part: connection?.state === 'invalid' ? 'later' : part,
  });
  return device === undefined
    ? { kind: 'local', mark, source, packet: bytes }
    : { kind: 'frame', device, packet: bytes };
}

/** Lets some that have arrived be answered, and sends a later packet of those connections whose answer came back. */
async function goOn(wire: Wire, results: readonly SentResult[], tally: Tally): Promise<void> {
  const answered = results.flatMap(({ sent, observation }) => {
    const { request } = sent.packet;
    if (observation.kind !== 'accept' || observation.to === 'node') return [];
    return request.protocol === 'sctp' || request.connection !== undefined ? [] : [{ sent, observation }];
  });
  const chosen = answered.slice(0, followed);
  const answers = chosen.map(({ sent, observation }): Sending => {
    const { source, destination, sourcePort, destinationPort, id } = observation.packet;
    const { protocol } = sent.packet.request;
    const packet = packetBytes({
      id,
      protocol,
      source: destination,
      destination: source,
      // The identifier of an echo, which a translation may have changed.
      sourcePort: destinationPort ?? observation.packet.identifier ?? 0,
      destinationPort: sourcePort ?? 0,
      part: 'reply',
    });
    return { kind: 'frame', device: observation.to, packet };
  });
  const back = new Observations(await wire.exchange(answers), 'answer');
  const established = chosen.filter(({ sent }) => {
    const answer = back.of(sent.packet.id);
    return answer.kind === 'accept' && answer.to === (sent.packet.device ?? 'node');
  });
  const later = established.map(({ sent, observation }): SentPacket => {
    const { request } = sent.packet;
    const { source, sourcePort, destination, destinationPort } = observation.packet;
    const endpoint = formatAddress(destination, destinationPort);
    const isTranslated = endpoint !== formatAddress(request.destination, request.port);
    const connection = { state: 'established', ...(isTranslated ? { translatedTo: endpoint } : {}) } as const;
    return {
      packet: { ...sent.packet, request: { ...request, connection } },
      source: sent.source,
      isSourceTranslated: source !== sent.source || (sourcePort ?? request.sourcePort) !== request.sourcePort,
    };
  });
  await exchange(wire, later, tally, 'later');
}
