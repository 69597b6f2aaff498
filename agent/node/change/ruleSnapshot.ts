import * as z from 'zod/mini';
import type { Snapshot } from '../../model/snapshot.ts';
import { type ReadRules, type ReadRulesOptions, readServiceRules } from '../../plan/readServiceRules.ts';
import type { NodeReading } from './nodeReading.ts';

/** The parts that were read of a node, verbatim: what is put back is planned from them as from what stands. */
const ruleSnapshot = z.object({
  /** The backend of iptables that was taken. */
  backend: z.optional(z.enum(['legacy', 'nf_tables'])),
  /** Keys of the virtual servers that counted as kube-proxy's. */
  virtualServers: z.array(z.string()),
  takenAt: z.string(),
  nodeName: z.string(),
  parts: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['iptables-save', 'ipset-save', 'ipvsadm-save', 'nft-text', 'addresses', 'sysctls']),
      family: z.optional(z.enum(['ipv4', 'ipv6'])),
      backend: z.optional(z.enum(['legacy', 'nf_tables'])),
      source: z.array(z.string()),
      status: z.enum(['complete', 'partial', 'missing', 'failed']),
      reason: z.optional(
        z.object({
          code: z.string(),
          message: z.string(),
          args: z.record(z.string(), z.union([z.string(), z.number()])),
        }),
      ),
      durationMs: z.number(),
      text: z.string(),
    }),
  ),
});

export function printRuleSnapshot({ snapshot, backend, rules }: NodeReading): string {
  const { takenAt, nodeName, parts } = snapshot;
  const virtualServers = [...rules.families.values()].flatMap((family) => [...family.virtualServers.keys()]);
  return JSON.stringify({ backend, virtualServers, takenAt, nodeName, parts });
}

/** What stood before a change, and how what stands now is to be understood so that both can be compared. */
export interface RulesBefore extends ReadRules {
  readonly options: ReadRulesOptions;
}

/** Understands what {@link printRuleSnapshot} wrote; undefined when the text is nothing such. */
export function parseRuleSnapshot(text: string): RulesBefore | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = ruleSnapshot.safeParse(value);
  if (data === undefined) return undefined;
  const { backend, virtualServers, takenAt, nodeName } = data;
  const snapshot: Snapshot = {
    takenAt,
    nodeName,
    origin: 'live',
    parts: data.parts.map(({ family, backend: ofPart, reason, ...part }) => ({
      ...part,
      ...(family && { family }),
      ...(ofPart && { backend: ofPart }),
      ...(reason && { reason }),
    })),
  };
  const options = { ...(backend && { backend }), virtualServers: { alsoOwn: new Set(virtualServers) } };
  return { ...readServiceRules(snapshot, options), options };
}
