import { canonicalIp } from '../../model/canonicalIp.ts';
import type { IptablesDump } from '../../ruleset/iptables/document.ts';
import { optionNamed } from './condition.ts';
import { recentList } from './listMatches.ts';

const option = '--to-destination ';

/**
 * The lists of `-m recent` in which a client is remembered on its way to an endpoint: those that a rule sets in a chain
 * that translates to the endpoint, as kube-proxy's KUBE-SEP- chains do.
 */
export class AffinityLists {
  readonly #dump: IptablesDump;
  /** Where in the text each endpoint is a translation's destination. */
  #places: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(dump: IptablesDump) {
    this.#dump = dump;
  }

  /** @param endpoint `ADDRESS:PORT` */
  of(endpoint: string): readonly string[] {
    this.#places ??= findDestinations(this.#dump.text);
    return (this.#places.get(endpoint) ?? []).flatMap((offset) => this.#listsSetBeside(offset));
  }

  #listsSetBeside(offset: number): string[] {
    const dump = this.#dump;
    const rule = dump.ruleOnLine(lineAt(dump, offset));
    const chain = rule === undefined ? -1 : dump.ruleChain(rule);
    if (rule === undefined || chain === -1 || dump.targetName(rule) !== 'DNAT') return [];
    const matches = [...dump.chainRules(chain)].flatMap((each) => dump.rule(each).matches);
    return matches
      .filter((match) => match.name === 'recent' && optionNamed(match, '--set')?.negated === false)
      .map(recentList);
  }
}

/** A large node has 100,000 endpoints, so the text is searched and no rule is read. */
function findDestinations(text: string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let at = text.indexOf(option); at !== -1; at = text.indexOf(option, at + 1)) {
    const start = at + option.length;
    let end = start;
    while (end < text.length && text.charCodeAt(end) > 0x20) end++;
    const endpoint = canonicalEndpoint(text.slice(start, end));
    const others = places.get(endpoint);
    if (others === undefined) places.set(endpoint, [at]);
    else others.push(at);
  }
  return places;
}

/** The same endpoint with its IPv6 address as the model writes it. */
function canonicalEndpoint(text: string): string {
  if (!text.startsWith('[')) return text;
  const end = text.indexOf(']');
  return `[${canonicalIp(text.slice(1, end)) ?? ''}${text.slice(end)}`;
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
