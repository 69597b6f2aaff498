import type { IpFamily } from '../../model/address.ts';
import type { IptablesBackend } from '../../model/snapshot.ts';
import type { PlanStep } from '../planStep.ts';

const prefixes: Readonly<Record<IpFamily, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };
const variants: Readonly<Record<IptablesBackend, string>> = { legacy: 'legacy-', nf_tables: 'nft-' };

/** Seconds to wait for others that hold the xtables lock; iptables-nft has none, and passes the option over. */
const waitSeconds = 30;

/**
 * The program that writes a family's rules in a backend: `ip6tables-nft-restore`. Where the backend is not known it is
 * the one that the node's alternatives choose.
 */
export function restoreProgram(family: IpFamily, backend: IptablesBackend | undefined): string {
  return `${prefixes[family]}-${backend === undefined ? '' : variants[backend]}restore`;
}

/** Runs it such that everything that its input does not name stays. */
export function restoreCommand(program: string): PlanStep['argv'] {
  return [program, '--noflush', '--wait', String(waitSeconds)];
}
