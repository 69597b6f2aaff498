import type { RuleTarget } from '../../ruleset/iptables/rule.ts';
import { Fraction } from '../fraction.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Hook, Translation } from '../ruleProgram.ts';
import { addressOf } from '../tracedAddress.ts';
import { type Action, always, type Outcome, type TargetReader } from './action.ts';
import { firstValue, hasOnly, optionNamed } from './condition.ts';
import { translationNotKnown } from './facts.ts';
import {
  type AddressRange,
  addressChoices,
  parseTranslationPorts,
  parseTranslationRange,
  portChoices,
  type TranslationPorts,
  type TranslationRange,
} from './translationRange.ts';
import { isInRange, parseAddressMask } from './values.ts';

const flags = ['--random', '--random-fully', '--persistent'];

function isRandom(target: RuleTarget): boolean {
  return optionNamed(target, '--random') !== undefined || optionNamed(target, '--random-fully') !== undefined;
}

/** Each choice of address and port is as likely as another: the kernel hashes addresses, and draws ports. */
function translations(
  packet: TracedPacket,
  like: Pick<Translation, 'part' | 'kind'>,
  addresses: readonly (TracedAddress | undefined)[],
  ports: readonly (number | undefined)[],
): readonly Outcome[] {
  const probability = Fraction.of(1, addresses.length * ports.length);
  return addresses.flatMap((address) =>
    ports.map((port): Outcome => {
      const translation = { ...like, address, port };
      return { probability, packet, verdict: { kind: 'translate', translation }, effects: [] };
    }),
  );
}

/** What a target with a range does, where the choices are few enough to follow. */
function choose(
  text: string,
  like: Pick<Translation, 'part' | 'kind'>,
  choices: (packet: TracedPacket) => {
    readonly addresses: readonly (TracedAddress | undefined)[] | undefined;
    readonly ports: readonly (number | undefined)[] | undefined;
  },
): Action {
  const unknown = always({ kind: 'unknown', reason: translationNotKnown(text) });
  return {
    decides: true,
    run: (packet, surroundings) => {
      const { addresses, ports } = choices(packet);
      if (addresses === undefined || ports === undefined) return unknown.run(packet, surroundings);
      return translations(packet, like, addresses, ports);
    },
  };
}

function readRange(
  target: RuleTarget,
  name: string,
  family: 'ipv4' | 'ipv6',
): { readonly text: string; readonly range: TranslationRange } | undefined {
  const text = firstValue(optionNamed(target, name)) ?? '';
  const range = hasOnly(target, name, ...flags) ? parseTranslationRange(family, text) : undefined;
  const count = target.options.filter((option) => option.name === name).length;
  return range && count === 1 ? { text, range } : undefined;
}

/** net/netfilter/xt_nat.c */
const destination: TargetReader = (target, { family }) => {
  const read = readRange(target, '--to-destination', family);
  if (read === undefined) return undefined;
  const { addresses, ports } = read.range;
  const chosen = addresses === undefined ? [undefined] : addressChoices(family, addresses);
  return choose(read.text, { part: 'destination', kind: 'dnat' }, (packet) => ({
    addresses: chosen,
    ports: portChoices(ports, packet.destinationPort, isRandom(target)),
  }));
};

const source: TargetReader = (target, { family }) => {
  const read = readRange(target, '--to-source', family);
  if (read === undefined) return undefined;
  const { addresses, ports } = read.range;
  const chosen = addresses === undefined ? [undefined] : addressChoices(family, addresses);
  return choose(read.text, { part: 'source', kind: 'snat' }, (packet) => ({
    addresses: !isRandom(target) && staysInRange(packet, addresses, ports) ? [packet.source] : chosen,
    ports: sourcePortChoices(ports, packet.sourcePort, isRandom(target)),
  }));
};

/** A source that is in the range already stays (`in_range` of net/netfilter/nf_nat_core.c). */
function staysInRange(
  { source: address, sourcePort }: TracedPacket,
  addresses: AddressRange | undefined,
  ports: TranslationPorts | undefined,
): boolean {
  if (addresses && (address.value < addresses.first.value || address.value > addresses.last.value)) return false;
  return ports === undefined || sourcePort === undefined || isInRange(ports, sourcePort);
}

/** Clients' ports are any ports: of those that are drawn at random, the packet's own stands for all. */
function sourcePortChoices(ports: TranslationPorts | undefined, current: number | undefined, random: boolean) {
  const isAny = ports !== undefined && current !== undefined && isInRange(ports, current);
  return portChoices(ports, current, random && !isAny);
}

function readPorts(
  target: RuleTarget,
): { readonly text: string; readonly ports: TranslationPorts | undefined } | undefined {
  const text = firstValue(optionNamed(target, '--to-ports'));
  if (!hasOnly(target, '--to-ports', ...flags)) return undefined;
  if (text === undefined) return { text: '', ports: undefined };
  const ports = parseTranslationPorts(text);
  return ports && { text, ports };
}

/** net/netfilter/xt_MASQUERADE.c */
const masquerade: TargetReader = (target) => {
  const read = readPorts(target);
  if (read === undefined) return undefined;
  return choose(read.text, { part: 'source', kind: 'masquerade' }, (packet) => ({
    addresses: [undefined],
    ports: sourcePortChoices(read.ports, packet.sourcePort, isRandom(target)),
  }));
};

/** net/netfilter/xt_REDIRECT.c */
const redirect: TargetReader = (target) => {
  const read = readPorts(target);
  if (read === undefined) return undefined;
  return choose(read.text, { part: 'destination', kind: 'redirect' }, (packet) => ({
    addresses: [undefined],
    ports: portChoices(read.ports, packet.destinationPort, isRandom(target)),
  }));
};

const hooksOfDestination: ReadonlySet<Hook> = new Set(['prerouting', 'output']);

/** The network's part of the address is replaced (net/netfilter/xt_NETMAP.c). */
const netmap: TargetReader = (target, { family }) => {
  const network = parseAddressMask(family, firstValue(optionNamed(target, '--to')) ?? '');
  if (network === undefined || !hasOnly(target, '--to')) return undefined;
  const map = ({ value }: TracedAddress) => addressOf(family, (value & ~network.mask) | network.value);
  return {
    decides: true,
    run: (packet, { hook }) =>
      hooksOfDestination.has(hook)
        ? translations(packet, { part: 'destination', kind: 'dnat' }, [map(packet.destination)], [undefined])
        : translations(packet, { part: 'source', kind: 'snat' }, [map(packet.source)], [undefined]),
  };
};

/** Targets that translate addresses. The kernel has them in the table nat only. */
export const translationTargets: Readonly<Record<string, TargetReader>> = {
  DNAT: inNat(destination),
  SNAT: inNat(source),
  MASQUERADE: inNat(masquerade),
  REDIRECT: inNat(redirect),
  NETMAP: inNat(netmap),
};

function inNat(reader: TargetReader): TargetReader {
  return (target, context) => (context.table === 'nat' ? reader(target, context) : undefined);
}
