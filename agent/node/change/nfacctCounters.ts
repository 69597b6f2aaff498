import type { ServiceRules } from '../../model/serviceRules.ts';
import { presenceOfModule } from '../kernelFeatures.ts';
import type { Machine } from '../machine.ts';
import { type ChangeWork, changeWith } from './runSteps.ts';
import { toolOutput } from './toolOutput.ts';

/** The accounting objects that kube-proxy's rules count into (pkg/proxy/metrics, `ensure` in pkg/proxy/util/nfacct). */
const ownCounters = ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'] as const;

const module = 'nfnetlink_acct';

/** The names in `{ pkts = 00000000000000000000, bytes = 00000000000000000000 } = ct_state_invalid_dropped_pkts;`. */
async function listCounters(machine: Machine, signal: AbortSignal | undefined): Promise<string[] | undefined> {
  // Listing would load the module.
  if ((await presenceOfModule(machine, module)) !== 'loaded') return undefined;
  const listed = await toolOutput(machine, signal, 'nfacct', 'list');
  return listed === undefined ? undefined : [...listed.matchAll(/= (\S+);$/gm)].flatMap(([, name]) => name ?? []);
}

/** The counters that exist or can be made. Nothing is made, and no module loaded. */
export async function nfacctCounters(machine: Machine, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const existing = await listCounters(machine, signal);
  if (existing !== undefined) return new Set([...existing, ...ownCounters]);
  const loadable =
    (await toolOutput(machine, signal, 'modprobe', '-n', '-q', module)) !== undefined &&
    (await toolOutput(machine, signal, 'nfacct', 'version')) !== undefined;
  return new Set(loadable ? ownCounters : []);
}

/** Those of kube-proxy's counters that rules count into: packets dropped in KUBE-FORWARD, node ports on loopback. */
function countersOf({ families }: ServiceRules): ReadonlySet<string> {
  const counting = [...families.values()].flatMap(({ iptables: { tables } }) => [
    ...(tables.get('filter')?.chains.get('KUBE-FORWARD') ?? []),
    ...(tables.get('nat')?.chains.get('KUBE-NODEPORTS') ?? []),
  ]);
  return new Set(ownCounters.filter((name) => counting.some((rule) => rule.includes(name))));
}

/**
 * Makes the counters that rules are about to count into.
 *
 * @throws ChangeError `step-failed`, `cancelled`
 */
export async function makeCounters(rules: ServiceRules, work: ChangeWork): Promise<void> {
  const wanted = countersOf(rules);
  if (wanted.size === 0) return;
  const existing = await listCounters(work.machine, work.signal);
  for (const name of wanted) if (!existing?.includes(name)) await changeWith(work, { argv: ['nfacct', 'add', name] });
}

/** Takes away the counters that no rule counts into any more. They are in nobody's way where that fails. */
export async function removeCounters(before: ServiceRules, after: ServiceRules, work: ChangeWork): Promise<void> {
  const wanted = countersOf(after);
  for (const name of countersOf(before)) {
    if (!wanted.has(name)) await changeWith(work, { argv: ['nfacct', 'del', name] }).catch(() => {});
  }
}
