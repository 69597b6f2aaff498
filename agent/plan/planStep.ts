import type { IpFamily } from '../model/address.ts';

/**
 * When a step is due. Steps of an earlier phase all run before those of a later one, whatever they change:
 *
 * 1. `make`: adds what no packet reaches yet: sets, endpoints' chains, virtual servers, maps.
 * 2. `turn`: hands new connections over: dispatching chains, hooks, base chains, addresses of Services.
 * 3. `break`: takes away what no new connection uses any more.
 */
export type PlanPhase = 'make' | 'turn' | 'break';

/** Which part of the node a step changes. */
export type PlanPart =
  | 'iptables'
  | 'ipsets'
  | 'virtualServers'
  | 'serviceDevice'
  | 'nftables'
  | 'sysctls'
  | 'conntrack';

/** The exit code (EX_TEMPFAIL) of a quicker way that changed nothing. */
export const couldNotBegin = 75;

/** One run of one tool: what is written in one go, and is in the kernel whole or not at all where the tool can do that. */
export interface PlanStep {
  readonly phase: PlanPhase;
  readonly part: PlanPart;
  readonly family: IpFamily;
  /** The program and its arguments; there is no shell. */
  readonly argv: readonly [program: string, ...args: string[]];
  /**
   * A quicker way to the same, which reads the same standard input. Where its program is missing, or ends with
   * {@link couldNotBegin}, nothing has happened yet and `argv` is run.
   */
  readonly quickArgv?: readonly [program: string, ...args: string[]];
  /** What it reads from its standard input; '' for none. */
  readonly stdin: string;
  /** Exit codes other than 0 that mean the same: `conntrack -D` ends with 1 when there was nothing to delete. */
  readonly alsoFine?: readonly number[];
  /**
   * Whether anything on its standard error means failure, whatever the exit code: `ipvsadm -R` goes on after an error
   * and ends as its last line did.
   */
  readonly stderrMeansFailure?: boolean;
  /**
   * Milliseconds for which it is run again while its tool says that what it deletes is busy: kernels before Linux 6.2
   * count a reference from a map of nftables until a moment after it is gone.
   */
  readonly busyForMs?: number;
}

/** One thing that a plan changes, for the reader: a rule, a set's entry, a real server, an address. */
export interface PlannedChange {
  readonly part: PlanPart;
  readonly family: IpFamily;
  readonly sign: '+' | '-';
  /** Where: `nat KUBE-SERVICES`, `KUBE-CLUSTER-IP`, `tcp 10.96.0.10:80`, `map service-ips`. */
  readonly place: string;
  /** What: the rule, entry, element or server as the tool writes it. */
  readonly text: string;
  /** `NAMESPACE/NAME` of the Service that it belongs to; undefined for what belongs to none or to several. */
  readonly service: string | undefined;
}

/** The difference in one part of one family. */
export interface PartPlan {
  /** In the order in which they have to run within their phase. */
  readonly steps: readonly PlanStep[];
  readonly changes: readonly PlannedChange[];
}
