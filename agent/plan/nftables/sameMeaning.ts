import type { IpFamily } from '../../model/address.ts';
import { addressSetText } from '../../model/addressSetText.ts';
import type { NftablesSet } from '../../model/serviceRules.ts';
import { parseDuration } from '../../ruleset/nftables/text/constant.ts';
import { parsePriority } from '../../ruleset/nftables/text/priority.ts';

/*
 * Versions of nft list the same rules in different words; these tell words apart from meaning. What differs was seen by
 * listing one kernel with nft 1.0.2, 1.0.6 and 1.1.6.
 */

/** Whether two lists of rules do the same, in the same order. */
export function sameRules(one: readonly string[], other: readonly string[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (const [index, rule] of one.entries()) if (!sameRule(rule, other[index] ?? '')) return false;
  return true;
}

/** Whether two rules do the same. */
export function sameRule(one: string, other: string): boolean {
  if (one === other) return true;
  if (isUnreadable(one) || isUnreadable(other)) return beforeMap(one) === beforeMap(other);
  return normalRule(one) === normalRule(other);
}

/**
 * nft 1.0.2 cannot read the choice between endpoints' chains that a later version has written: it lists how many there
 * are, but not which. The rules before it, one for each endpoint's clients, name the same chains in the same order.
 */
function isUnreadable(rule: string): boolean {
  return rule.startsWith('numgen ') && rule.includes('[invalid type]');
}

function beforeMap(rule: string): string {
  const at = rule.search(/ v?map \{/);
  return at === -1 ? rule : rule.slice(0, at);
}

const addressSet = /^(ip6?)( [sd]addr (?:!= )?)\{ ([^{}]+) \}/;

function normalRule(rule: string): string {
  return rule
    .replace(addressSet, (_, ip: string, match: string, members: string) => {
      const family: IpFamily = ip === 'ip' ? 'ipv4' : 'ipv6';
      return `${ip}${match}${addressSetText(members.split(', '), family)}`;
    })
    .replace('meta mark != 0x00000000/1 ', 'meta mark & 0x80000000 != 0x00000000 ')
    .replace(/^(meta l4proto \w+ dnat ip6?) addr \. port to /, '$1 to ')
    .replace(/\b0x0*([\da-f]+)\b/gi, '0x$1');
}

/** Whether two chains hang at the same place, or neither is called by the kernel. */
export function sameHook(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && normalHook(one) === normalHook(other);
}

/** `type filter hook output priority dstnat - 10; policy accept;` with the priority as a number. */
function normalHook(hook: string): string {
  return hook.replace(/ priority ([^;]+);/, (words, priority: string) => {
    const number = parsePriority('ip', priority.split(/\s+/));
    return number === undefined ? words : ` priority ${number};`;
  });
}

/** Whether two sets can hold the same, whatever they do hold. */
export function sameSetForm(one: NftablesSet, other: NftablesSet): boolean {
  return (
    one.kind === other.kind &&
    one.type === other.type &&
    (one.flags === other.flags || one.flags.toSorted().join() === other.flags.toSorted().join()) &&
    (one.timeout === other.timeout || seconds(one.timeout) === seconds(other.timeout))
  );
}

function seconds(timeout: string | undefined): number | undefined {
  return timeout === undefined ? undefined : parseDuration(timeout);
}
