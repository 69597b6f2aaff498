import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import { holdsOnly } from '../addressRange.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { DispatchRule } from './portDraft.ts';

/**
 * Whether packets that a rule sends to this chain are kept to endpoints on the node. An external chain is, unless it
 * hands packets of every source to the chain with all endpoints: with policy Local only those from pods and from the
 * node itself go there.
 */
export function keepsToLocal(ruleset: IptablesRuleset, target: ChainIndex): boolean {
  const { dump, roles } = ruleset;
  const role = roles.of(target);
  if (role === undefined) return false;
  if (role === 'local' || dump.chainName(target).startsWith('KUBE-XLB-')) return true;
  if (role === 'firewall') {
    const behind = servedBehindFirewall(ruleset, target);
    return behind !== undefined && keepsToLocal(ruleset, behind);
  }
  if (role !== 'external') return false;
  for (const rule of dump.chainRules(target)) {
    const next = dump.targetChain(rule);
    if (roles.of(next) !== 'cluster') continue;
    if (dump.source(rule) === undefined && dump.option(rule, '--src-type') === undefined) return false;
  }
  return true;
}

/**
 * Whether the chain drops what comes from outside. Newer versions of kube-proxy do that in the filter table, KUBE-XLB-
 * did it by a mark that kubelet's KUBE-FIREWALL drops.
 */
export function dropsFromOutside(ruleset: IptablesRuleset, target: ChainIndex): boolean {
  const { dump, roles } = ruleset;
  const behind = roles.of(target) === 'firewall' ? servedBehindFirewall(ruleset, target) : target;
  if (behind === undefined || roles.of(behind) !== 'external') return false;
  return dump.chainRules(behind).some((rule) => dump.targetName(rule) === 'KUBE-MARK-DROP');
}

/** The Service's chain to which a firewall chain lets packets through; never another firewall chain. */
function servedBehindFirewall({ dump, roles }: IptablesRuleset, firewall: ChainIndex): ChainIndex | undefined {
  for (const rule of dump.chainRules(firewall)) {
    const next = dump.targetChain(rule);
    const role = roles.of(next);
    if (role !== undefined && role !== 'firewall') return next;
  }
  return undefined;
}

/**
 * The CIDRs that a firewall chain lets through; undefined when everybody may pass. The Service's own addresses are let
 * through besides, for packets of the node that loop back, and are none of them.
 */
export function sourceRangesOf(
  { ruleset, target }: DispatchRule,
  ownAddresses: ReadonlySet<string>,
): string[] | undefined {
  const { dump, roles } = ruleset;
  if (roles.of(target) !== 'firewall') return undefined;
  const ranges: string[] = [];
  for (const rule of dump.chainRules(target)) {
    if (roles.of(dump.targetChain(rule)) === undefined) continue;
    const source = dump.source(rule);
    if (source?.value === undefined || source.negated) return undefined;
    if (!holdsOnly(source.value, ownAddresses)) ranges.push(source.value);
  }
  return ranges;
}
