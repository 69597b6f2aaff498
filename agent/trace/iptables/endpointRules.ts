import { familyOfAddress, formatAddress, type IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import type { IptablesDump, RuleIndex } from '../../ruleset/iptables/document.ts';
import type { TracedAddress } from '../packet.ts';
import { optionNamed } from './condition.ts';
import { recentList } from './listMatches.ts';
import { parseTranslationRange } from './translationRange.ts';
import { isInRange } from './values.ts';

/** An address with a port. */
export interface TracedEndpoint {
  readonly address: TracedAddress;
  readonly port: number;
}

const option = '--to-destination ';

/** Offsets in a dump's text. */
interface DestinationPlaces {
  /** By `ADDRESS:PORT` or `ADDRESS`. */
  readonly exact: ReadonlyMap<string, readonly number[]>;
  /** Of destinations that are a range of addresses or ports. */
  readonly ranges: readonly { readonly text: string; readonly offset: number }[];
}

/** The rules of a dump that translate to endpoints. */
export class EndpointRules {
  readonly #dump: IptablesDump;
  #places: DestinationPlaces | undefined;

  constructor(dump: IptablesDump) {
    this.#dump = dump;
  }

  /** The rules that can translate to an endpoint. */
  to(endpoint: TracedEndpoint): readonly RuleIndex[] {
    this.#places ??= findDestinations(this.#dump.text);
    const { exact, ranges } = this.#places;
    const { address, port } = endpoint;
    const offsets = [
      ...(exact.get(formatAddress(address.text, port)) ?? []),
      ...(exact.get(address.text) ?? []),
      ...ranges.filter(({ text }) => isInDestination(text, endpoint)).map(({ offset }) => offset),
    ];
    return offsets.flatMap((offset) => {
      const rule = this.#dump.ruleOnLine(lineAt(this.#dump, offset));
      return rule !== undefined && this.#dump.targetName(rule) === 'DNAT' ? [rule] : [];
    });
  }

  /**
   * The lists of `-m recent` in which a client is remembered on its way to an endpoint: those that a rule sets in a
   * chain that translates to the endpoint, as kube-proxy's KUBE-SEP- chains do.
   */
  affinityLists(endpoint: TracedEndpoint): readonly string[] {
    const dump = this.#dump;
    const chains = new Set(this.to(endpoint).map((rule) => dump.ruleChain(rule)));
    chains.delete(-1);
    return [...chains]
      .flatMap((chain) => [...dump.chainRules(chain)])
      .flatMap((rule) => dump.rule(rule).matches)
      .filter((match) => match.name === 'recent' && optionNamed(match, '--set')?.negated === false)
      .map(recentList);
  }
}

/** A large node has 100,000 endpoints, so the text is searched and no rule is read. */
function findDestinations(text: string): DestinationPlaces {
  const exact = new Map<string, number[]>();
  const ranges: { text: string; offset: number }[] = [];
  for (let at = text.indexOf(option); at !== -1; at = text.indexOf(option, at + 1)) {
    const start = at + option.length;
    let end = start;
    while (end < text.length && text.charCodeAt(end) > 0x20) end++;
    const value = text.slice(start, end);
    if (value.includes('-')) {
      ranges.push({ text: value, offset: at });
      continue;
    }
    const destination = canonicalDestination(value);
    const others = exact.get(destination);
    if (others === undefined) exact.set(destination, [at]);
    else others.push(at);
  }
  return { exact, ranges };
}

/** The same destination with its IPv6 address as the model writes it. */
function canonicalDestination(text: string): string {
  if (!text.includes(':') || text.includes('.')) return text;
  if (!text.startsWith('[')) return canonicalIp(text) ?? text;
  const end = text.indexOf(']');
  return `[${canonicalIp(text.slice(1, end)) ?? ''}${text.slice(end)}`;
}

function isInDestination(text: string, { address, port }: TracedEndpoint): boolean {
  const family: IpFamily = familyOfAddress(address.text);
  const range = parseTranslationRange(family, text);
  if (range?.addresses === undefined) return false;
  const { addresses, ports } = range;
  const hasAddress = address.value >= addresses.first.value && address.value <= addresses.last.value;
  return hasAddress && (ports === undefined || isInRange(ports, port));
}

function lineAt(dump: IptablesDump, offset: number): number {
  let low = 0;
  let high = dump.lineCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (dump.lineSpan(middle).start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
