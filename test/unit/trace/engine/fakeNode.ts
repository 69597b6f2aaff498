import type { PacketRequest, PacketTrace, TraceVerdict } from '../../../../agent/model/packetTrace.ts';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import type { NodeNetwork, Route, RouteQuestion } from '../../../../agent/trace/nodeNetwork.ts';
import type { TracedAddress, TracedPacket } from '../../../../agent/trace/packet.ts';
import type {
  BaseChain,
  Branch,
  ChainProgram,
  Hook,
  RulePlace,
  RulePrograms,
  RuleVerdict,
  Surroundings,
  Translation,
} from '../../../../agent/trace/ruleProgram.ts';
import { readAddress } from '../../../../agent/trace/tracedAddress.ts';
import { nodeOfParts, type TracedNode } from '../../../../agent/trace/tracedNode.ts';
import type { ScheduledServer, VirtualServers } from '../../../../agent/trace/virtualServers.ts';

/** A rule of a test. */
export interface FakeRule {
  readonly if?: (packet: TracedPacket, surroundings: Surroundings) => boolean;
  readonly chance?: Fraction;
  readonly mark?: number;
  readonly untracked?: boolean;
  readonly do?: RuleVerdict | RuleVerdict['kind'];
}

export function ip(text: string): TracedAddress {
  const address = readAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

export function to(...ends: string[]): (packet: TracedPacket) => boolean {
  return ({ destination }) => ends.includes(destination.text);
}

export function jump(chain: string): RuleVerdict {
  return { kind: 'jump', chain };
}

export function dnat(address: string, port?: number): RuleVerdict {
  return translate({ part: 'destination', kind: 'dnat', address: ip(address), port });
}

export const masquerade = translate({ part: 'source', kind: 'masquerade', address: undefined, port: undefined });

function translate(translation: Translation): RuleVerdict {
  return { kind: 'translate', translation };
}

/** Chains of one table by name. */
export function chains(rules: Readonly<Record<string, readonly FakeRule[]>>): Map<string, ChainProgram> {
  const programs = new Map<string, ChainProgram>();
  for (const [name, own] of Object.entries(rules)) {
    programs.set(name, {
      name,
      ruleCount: own.length,
      location: undefined,
      candidate: (position) => position,
      ask: (position, packet, surroundings) => ask(own[position] ?? {}, packet, surroundings),
      miss: (position, packet, surroundings) =>
        own[position]?.if?.(packet, surroundings) === false ? { condition: `condition ${position}` } : undefined,
      ruleLocation: (line) => ({ part: 'rules', line, column: 0, length: 0 }),
      ruleText: (position) => `${name} ${position}`,
      ruleCounters: () => undefined,
      chain: (other) => programs.get(other),
      callers: () => placesOf(programs, rules, (verdict) => 'chain' in verdict && verdict.chain === name),
    });
  }
  return programs;
}

/** The rules with such a verdict. */
function placesOf(
  programs: ReadonlyMap<string, ChainProgram>,
  rules: Readonly<Record<string, readonly FakeRule[]>>,
  isWanted: (verdict: RuleVerdict) => boolean,
): RulePlace[] {
  return [...programs].flatMap(([name, chain]) =>
    (rules[name] ?? []).flatMap((rule, position) =>
      typeof rule.do === 'object' && isWanted(rule.do) ? [{ chain, position }] : [],
    ),
  );
}

function ask(rule: FakeRule, packet: TracedPacket, surroundings: Surroundings): Branch[] | undefined {
  if (rule.if?.(packet, surroundings) === false) return undefined;
  const verdict: RuleVerdict = typeof rule.do === 'object' ? rule.do : ({ kind: rule.do ?? 'next' } as RuleVerdict);
  const { connection } = packet;
  const changed: TracedPacket = {
    ...packet,
    mark: rule.mark ?? packet.mark,
    connection: rule.untracked === true ? { ...connection, state: 'untracked' } : connection,
  };
  const effects = rule.mark === undefined ? [] : [{ kind: 'set', field: 'mark', to: String(rule.mark) } as const];
  const match: Branch = { probability: rule.chance ?? Fraction.one, packet: changed, verdict, isMatch: true, effects };
  if (rule.chance === undefined) return [match];
  const miss: Branch = {
    probability: rule.chance.complement(),
    packet,
    verdict: { kind: 'next' },
    isMatch: false,
    effects: [],
  };
  return [match, miss];
}

const priorities: Readonly<Record<string, number>> = { raw: -300, mangle: -150, filter: 0, security: 50 };

/** A base chain of a table of iptables. */
export function base(
  table: string,
  hook: Hook,
  program: ChainProgram | undefined,
  more: Partial<BaseChain> = {},
): BaseChain {
  if (program === undefined) throw new Error(`${table} has no chain for ${hook}`);
  return {
    hook,
    table,
    program,
    priority: priorities[table] ?? (hook === 'prerouting' || hook === 'output' ? -100 : 100),
    type: table === 'nat' ? 'nat' : table === 'mangle' && hook === 'output' ? 'route' : 'filter',
    families: ['ipv4'],
    policy: 'accept',
    ...more,
  };
}

export function programs(...baseChains: BaseChain[]): RulePrograms {
  return {
    baseChains,
    affinityLists: ({ address, port }) => [`seen ${address.text}:${port}`],
    rulesTo: () => [],
    missing: [],
  };
}

const ownAddresses = new Map([
  ['127.0.0.1', 'lo'],
  ['192.0.2.10', 'eth0'],
  ['10.244.0.1', 'cni0'],
  ['10.96.0.20', 'kube-ipvs0'],
]);

const refusals: Readonly<Record<string, Route['type']>> = {
  '203.0.113.1': 'none',
  '203.0.113.2': 'unreachable',
  '203.0.113.3': 'prohibit',
  '203.0.113.4': 'blackhole',
};

/**
 * eth0 has 192.0.2.10 and the default route, cni0 10.244.0.1/24 with the pods, kube-ipvs0 10.96.0.20; packets with the
 * mark 9 leave through wg0, and nothing leads to 203.0.113.1 to 203.0.113.4.
 */
function routeOf({ destination, mark }: RouteQuestion): Route {
  const { text } = destination;
  const to = (type: Route['type'], device?: string, source?: string, via?: string): Route => ({
    type,
    device,
    via: via === undefined ? undefined : ip(via),
    preferredSource: source === undefined ? undefined : ip(source),
    assumed: undefined,
  });
  const own = ownAddresses.get(text) ?? (text.startsWith('127.') ? 'lo' : undefined);
  if (own !== undefined) return to('local', own, text);
  const refusal = refusals[text];
  if (refusal !== undefined) return to(refusal);
  if (mark === 9) return to('unicast', 'wg0', '192.0.2.10');
  if (text.startsWith('10.244.0.')) return to('unicast', 'cni0', '10.244.0.1');
  return to('unicast', 'eth0', '192.0.2.10', '192.0.2.1');
}

/** @param settings beside those of a node that forwards and does not look where packets come from */
export function network(settings: Readonly<Record<string, string>> = {}, more: Partial<NodeNetwork> = {}): NodeNetwork {
  const known: Readonly<Record<string, string>> = {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.all.route_localnet': '0',
    'net.ipv4.conf.all.accept_local': '0',
    'net.ipv4.vs.conntrack': '1',
    ...settings,
  };
  return {
    route: routeOf,
    addressType: (_family, address) => (ownAddresses.has(address.text) ? 'local' : 'unicast'),
    deviceAddresses: (_family, device) =>
      [...ownAddresses].filter(([, each]) => each === device).map(([address]) => ip(address)),
    sourceAddress: (_family, device) => ip(device === 'cni0' ? '10.244.0.1' : '192.0.2.10'),
    localAddresses: ownAddresses,
    setting: (name) => known[name],
    missing: [],
    ...more,
  };
}

/** Virtual servers on 10.96.0.20:80, with these real servers, each as likely. */
export function virtualServers(...servers: (string | ScheduledServer)[]): VirtualServers {
  const scheduled = servers.map((server) =>
    typeof server === 'string' ? realServer(server, { probability: Fraction.of(1, servers.length) }) : server,
  );
  return {
    isActive: true,
    missing: [],
    schedule: ({ destination, destinationPort }) =>
      destination.text !== '10.96.0.20' || destinationPort !== 80
        ? undefined
        : {
            virtualServer: 'TCP 10.96.0.20:80',
            scheduler: 'rr',
            location: { part: 'ipvsadm', line: 0, column: 0, length: 0 },
            servers: scheduled,
            decidedBy: [],
          },
  };
}

export function realServer(text: string, more: Partial<ScheduledServer> = {}): ScheduledServer {
  const [address = '', port] = text.split(':');
  return {
    address: ip(address),
    port: Number(port),
    probability: Fraction.one,
    forwarding: 'masquerade',
    text,
    ...more,
  };
}

const noVirtualServers: VirtualServers = { isActive: false, schedule: () => undefined, missing: [] };

export function fakeNode(
  rules: RulePrograms | readonly RulePrograms[],
  parts: { readonly network?: NodeNetwork; readonly virtualServers?: VirtualServers } = {},
): TracedNode {
  return nodeOfParts({
    network: parts.network ?? network(),
    ipSets: { test: () => ({ kind: 'out' }) },
    virtualServers: parts.virtualServers ?? noVirtualServers,
    programs: Array.isArray(rules) ? rules : [rules as RulePrograms],
  });
}

/** Each outcome in a line. */
export function ways({ outcomes }: PacketTrace): string[] {
  return outcomes.map(
    ({ share, verdict, source, destination, masqueraded, hooks }) =>
      `${share} ${verdictText(verdict)} ${source} -> ${destination}${masqueraded ? ' masqueraded' : ''} ${hooks.join(' ')}`,
  );
}

function verdictText(verdict: TraceVerdict): string {
  if (verdict.kind === 'reject') return verdict.with;
  return verdict.kind === 'unknown' ? verdict.reason.code : verdict.kind;
}

/** `CHAIN POSITION EFFECT` of the rules and policies of an outcome, with how many were tried before each. */
export function ruleSteps({ outcomes }: PacketTrace, outcome = 0): string[] {
  return (outcomes[outcome]?.steps ?? []).flatMap(({ kind, chain, position, tried, depth, effect }) =>
    kind === 'rule' || kind === 'policy'
      ? [`${'  '.repeat(depth)}${chain} ${position ?? 'end'} ${effect.kind}${tried === 0 ? '' : ` after ${tried}`}`]
      : [],
  );
}

/** Codes of why routing ended the way. */
export function stopped({ outcomes }: PacketTrace): string[] {
  return outcomes.map(({ steps, verdict }) => `${verdictText(verdict)} ${steps.at(-1)?.reason?.code ?? ''}`.trim());
}

export const fromPod: PacketRequest = {
  from: { kind: 'pod', ip: '10.244.0.9' },
  destination: '10.96.0.10',
  protocol: 'tcp',
  port: 80,
};
export const fromNode: PacketRequest = { ...fromPod, from: { kind: 'node' } };
export const fromOutside: PacketRequest = { ...fromPod, from: { kind: 'external', ip: '198.51.100.7' } };
