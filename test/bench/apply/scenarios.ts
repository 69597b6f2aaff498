import type { ServiceMode } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';

/** What is measured in one run: a full apply, and then changes of one endpoint. */
export interface Scenario {
  readonly name: string;
  readonly mode: ServiceMode;
  readonly backend: IptablesBackend;
  readonly services: number;
  /** The largest part of kube-proxy's time that the full apply may take; undefined when it is not judged. */
  readonly fullTarget?: number;
  /** The same of one endpoint's change. */
  readonly changeTarget?: number;
  /** Seconds for the full apply where kube-proxy is not measured, since it does not come to an end. */
  readonly fullLimit?: number;
  readonly rounds: number;
  /** Changes of one endpoint in each round. */
  readonly changes: number;
}

const iptables = { mode: 'iptables', backend: 'nf_tables' } as const;

export const scenarios: readonly Scenario[] = [
  { ...iptables, name: 'nf_tables-2000', services: 2_000, fullTarget: 0.1, rounds: 3, changes: 0 },
  { ...iptables, name: 'nf_tables-10000', services: 10_000, fullLimit: 30, rounds: 3, changes: 0 },
  { ...iptables, name: 'nf_tables-1000', services: 1_000, changeTarget: 1, rounds: 1, changes: 9 },
  {
    ...{ ...iptables, backend: 'legacy', name: 'legacy-10000', services: 10_000 },
    ...{ fullTarget: 0.75, changeTarget: 0.85, rounds: 3, changes: 5 },
  },
  {
    ...{ mode: 'nftables', backend: 'nf_tables', name: 'nftables-10000', services: 10_000 },
    ...{ fullTarget: 0.5, changeTarget: 0.1, rounds: 3, changes: 5 },
  },
  {
    ...{ mode: 'ipvs', backend: 'nf_tables', name: 'ipvs-1000', services: 1_000 },
    ...{ fullTarget: 0.1, changeTarget: 1, rounds: 3, changes: 5 },
  },
];
