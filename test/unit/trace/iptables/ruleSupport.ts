import assert from 'node:assert/strict';
import { splitRulesets } from '../../../../agent/interpret/iptables/rulesets.ts';
import { Locator } from '../../../../agent/interpret/locator.ts';
import type { IptablesRuleset } from '../../../../agent/interpret/parsedSnapshot.ts';
import type { IpFamily } from '../../../../agent/model/address.ts';
import { parseIpNumber } from '../../../../agent/model/ipNumber.ts';
import type { SnapshotPart } from '../../../../agent/model/snapshot.ts';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';
import { iptablesPrograms } from '../../../../agent/trace/iptables/iptablesPrograms.ts';
import type { NodeNetwork, Route } from '../../../../agent/trace/nodeNetwork.ts';
import type { TracedAddress, TracedConnection, TracedPacket } from '../../../../agent/trace/packet.ts';
import type { BaseChain, Branch, ChainProgram, Surroundings } from '../../../../agent/trace/ruleProgram.ts';

export function tracedAddress(text: string): TracedAddress {
  const number = parseIpNumber(text);
  assert.ok(number);
  return { text, value: number.value };
}

/** What a test says of a packet; the rest is as of a pod's SYN to 10.96.0.10:80. */
export interface PacketDraft extends Partial<Omit<TracedPacket, 'source' | 'destination' | 'connection' | 'family'>> {
  readonly source?: string;
  readonly destination?: string;
  readonly connection?: Partial<Omit<TracedConnection, 'original'>> & {
    readonly originalSource?: string;
    readonly originalDestination?: string;
    readonly originalSourcePort?: number;
    readonly originalDestinationPort?: number;
  };
}

export function tracedPacket(draft: PacketDraft = {}): TracedPacket {
  const { source: from = '10.244.0.9', destination: to = '10.96.0.10', connection = {}, ...fields } = draft;
  const source = tracedAddress(from);
  const destination = tracedAddress(to);
  const {
    originalSource = from,
    originalDestination = to,
    originalSourcePort = 'sourcePort' in draft ? draft.sourcePort : 40000,
    originalDestinationPort = 'destinationPort' in draft ? draft.destinationPort : 80,
    ...known
  } = connection;
  return {
    family: to.includes(':') ? 'ipv6' : 'ipv4',
    protocol: 6,
    source,
    destination,
    sourcePort: 40000,
    destinationPort: 80,
    icmp: undefined,
    tcpFlags: ['SYN'],
    mark: 0,
    inDevice: 'veth0',
    outDevice: 'eth0',
    isFromIpvs: false,
    ...fields,
    connection: {
      state: 'new',
      original: {
        source: tracedAddress(originalSource),
        destination: tracedAddress(originalDestination),
        sourcePort: originalSourcePort,
        destinationPort: originalDestinationPort,
      },
      isDestinationTranslated: false,
      isSourceTranslated: false,
      mark: 0,
      ...known,
    },
  };
}

export const noRoute: Route = {
  type: 'none',
  device: undefined,
  via: undefined,
  preferredSource: undefined,
  assumed: undefined,
};

export const emptyNetwork: NodeNetwork = {
  route: () => noRoute,
  addressType: () => undefined,
  deviceAddresses: () => [],
  sourceAddress: () => undefined,
  localAddresses: undefined,
  setting: () => undefined,
  missing: [],
};

export function surroundings(draft: Partial<Surroundings> = {}): Surroundings {
  return {
    hook: 'forward',
    network: emptyNetwork,
    ipSets: { test: () => ({ kind: 'out' }) },
    isRemembered: () => false,
    ...draft,
  };
}

/** The rule sets of a dump's text. */
export function rulesetsOf(
  text: string,
  family: IpFamily = 'ipv4',
  fields: Partial<SnapshotPart> = {},
): IptablesRuleset[] {
  const id = family === 'ipv4' ? 'iptables-save' : 'ip6tables-save';
  const part: SnapshotPart = {
    id,
    kind: 'iptables-save',
    family,
    source: [],
    status: 'complete',
    durationMs: 0,
    text,
    ...fields,
  };
  return splitRulesets({ part, document: parseIptablesSave(text), locator: new Locator(id, text) });
}

/** The base chain of a table's hook. */
export function baseChain(rulesets: readonly IptablesRuleset[], table: string, chain: string): BaseChain {
  const found = iptablesPrograms(rulesets).baseChains.find(
    (each) => each.table === table && each.program.name === chain,
  );
  assert.ok(found, `there is a chain ${chain} in ${table}`);
  return found;
}

export interface RulePlace {
  readonly family?: IpFamily;
  readonly table?: string;
}

const chainOfTable: Readonly<Record<string, string>> = {
  raw: 'PREROUTING',
  mangle: 'FORWARD',
  nat: 'PREROUTING',
  filter: 'FORWARD',
};

/** The chain of one rule, given by what stands after `-A CHAIN`. */
export function chainOf(rule: string, { family = 'ipv4', table = 'filter' }: RulePlace = {}): ChainProgram {
  const chain = chainOfTable[table] ?? 'FORWARD';
  const text = `*${table}\n:${chain} ACCEPT [0:0]\n:OTHER - [0:0]\n-A ${chain} ${rule}\nCOMMIT\n`;
  return baseChain(rulesetsOf(text, family), table, chain).program;
}

/** What a rule does with a packet. */
export function ask(
  rule: string,
  packet: PacketDraft = {},
  around: Partial<Surroundings> = {},
  place: RulePlace = {},
): readonly Branch[] | undefined {
  return chainOf(rule, place).ask(0, tracedPacket(packet), surroundings(around));
}

/** Whether a rule's conditions hold: yes, no, unknown, or the part of packets for which they do. */
export function holds(
  conditions: string,
  packet: PacketDraft = {},
  around: Partial<Surroundings> = {},
  place: RulePlace = {},
): 'yes' | 'no' | 'unknown' | number {
  const program = chainOf(`${conditions} -j DROP`, place);
  const branches = program.ask(0, tracedPacket(packet), surroundings(around));
  const miss = program.miss(0, tracedPacket(packet), surroundings(around));
  assert.equal(miss !== undefined, branches === undefined, 'a rule that does not match has a condition that failed');
  if (branches === undefined) return 'no';
  const [first, second] = branches;
  assert.ok(first);
  if (first.verdict.kind === 'unknown') return 'unknown';
  assert.equal(first.verdict.kind, 'drop');
  if (second === undefined) return 'yes';
  assert.equal(first.probability.plus(second.probability).toNumber(), 1);
  return first.probability.toNumber();
}
