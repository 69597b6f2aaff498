import type { PlanPart, PlanPhase, PlanStep } from './planStep.ts';

/**
 * The parts in the order in which each phase changes them.
 *
 * - `make`: what is referred to before what refers to it.
 * - `turn`: packets for Services are the node's own before ipvs shall take them, and nftables translates before the
 *   chains of iptables stop doing so.
 * - `break`: what refers before what is referred to. The table of nftables goes whole, when iptables or ipvs have taken
 *   over; addresses go after the virtual servers that they lead to.
 */
const orders: Readonly<Record<PlanPhase, readonly PlanPart[]>> = {
  make: ['sysctls', 'ipsets', 'virtualServers', 'serviceDevice', 'nftables', 'iptables'],
  turn: ['serviceDevice', 'nftables', 'iptables'],
  break: ['iptables', 'nftables', 'conntrack', 'virtualServers', 'serviceDevice', 'ipsets'],
};

const phases: readonly PlanPhase[] = ['make', 'turn', 'break'];

/** The steps of all parts and families, in the order in which they have to run. */
export function inOrder(steps: readonly PlanStep[]): readonly PlanStep[] {
  const place = ({ phase, part }: PlanStep): number => phases.indexOf(phase) * 10 + orders[phase].indexOf(part);
  return [...steps].sort((a, b) => place(a) - place(b));
}
