import type { IpFamily } from '../../model/address.ts';
import type { VirtualServerRules } from '../../model/serviceRules.ts';
import type { PartPlan, PlannedChange, PlanStep } from '../planStep.ts';
import type { DrainingServer } from './drainingServers.ts';
import type { IpvsOwners } from './ipvsOwners.ts';
import { quickIpvsadm } from './quickIpvsadm.ts';
import { onePacketFlag } from './readVirtualServers.ts';

type VirtualServers = ReadonlyMap<string, VirtualServerRules>;

/** Plans `ipvsadm -R` runs: one that adds and edits, one that takes away. */
export function planVirtualServers(
  current: VirtualServers,
  desired: VirtualServers,
  draining: readonly DrainingServer[],
  family: IpFamily,
  owners: IpvsOwners,
): PartPlan {
  const planner = new ServerPlanner(family, owners, draining);
  for (const [key, wanted] of desired) planner.bring(key, current.get(key), wanted);
  for (const [key, present] of current) planner.takeAway(key, present, desired.get(key));
  return { steps: planner.steps(), changes: planner.changes };
}

class ServerPlanner {
  readonly changes: PlannedChange[] = [];
  readonly #made: string[] = [];
  readonly #broken: string[] = [];
  readonly #family: IpFamily;
  readonly #owners: IpvsOwners;
  /** Real servers by key of virtual server. */
  readonly #draining = new Map<string, Set<string>>();

  constructor(family: IpFamily, owners: IpvsOwners, draining: readonly DrainingServer[]) {
    this.#family = family;
    this.#owners = owners;
    for (const { virtualServer, realServer } of draining) {
      const known = this.#draining.get(virtualServer);
      if (known === undefined) this.#draining.set(virtualServer, new Set([realServer]));
      else known.add(realServer);
    }
  }

  steps(): PlanStep[] {
    const step = (phase: 'make' | 'break', lines: readonly string[]): PlanStep[] =>
      lines.length === 0
        ? []
        : [
            {
              phase,
              part: 'virtualServers',
              family: this.#family,
              argv: ['ipvsadm', '-R'],
              quickArgv: quickIpvsadm,
              stdin: `${lines.join('\n')}\n`,
              stderrMeansFailure: true,
            },
          ];
    return [...step('make', this.#made), ...step('break', this.#broken)];
  }

  /** Makes the virtual server as wanted and gives it the real servers that it lacks. */
  bring(key: string, present: VirtualServerRules | undefined, wanted: VirtualServerRules): void {
    const service = serviceOption(wanted);
    const settings = settingsText(wanted);
    const presentSettings = present && settingsText(present);
    if (presentSettings !== settings) {
      this.#made.push(`${present === undefined ? '-A' : '-E'} ${service} ${settings}`);
      if (presentSettings !== undefined) this.#change('-', key, presentSettings);
      this.#change('+', key, settings);
    }
    for (const [address, weight] of wanted.realServers) {
      const presentWeight = present?.realServers.get(address);
      if (presentWeight === weight) continue;
      this.#made.push(`${presentWeight === undefined ? '-a' : '-e'} ${service} ${realServerText(address, weight)}`);
      if (presentWeight !== undefined) this.#change('-', key, realServerText(address, presentWeight));
      this.#change('+', key, realServerText(address, weight));
    }
  }

  /** Takes away what is not wanted and not draining. */
  takeAway(key: string, present: VirtualServerRules, wanted: VirtualServerRules | undefined): void {
    const service = serviceOption(present);
    const draining = this.#draining.get(key);
    const goesWhole = wanted === undefined && draining === undefined;
    for (const [address, weight] of present.realServers) {
      if (wanted?.realServers.has(address) === true) continue;
      if (draining?.has(address) === true) {
        if (weight === 0) continue;
        this.#broken.push(`-e ${service} ${realServerText(address, 0)}`);
        this.#change('-', key, realServerText(address, weight));
        this.#change('+', key, realServerText(address, 0));
      } else {
        // Those of a virtual server go with it.
        if (!goesWhole) this.#broken.push(`-d ${service} -r ${address}`);
        this.#change('-', key, realServerText(address, weight));
      }
    }
    if (!goesWhole) return;
    this.#broken.push(`-D ${service}`);
    this.#change('-', key, settingsText(present));
  }

  #change(sign: '+' | '-', place: string, text: string): void {
    const service = this.#owners.ofVirtualServer(place);
    this.changes.push({ part: 'virtualServers', family: this.#family, sign, place, text, service });
  }
}

const serviceOptions = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

function serviceOption({ protocol, address }: VirtualServerRules): string {
  return `${serviceOptions[protocol]} ${address}`;
}

function settingsText({ scheduler, persistenceSeconds, persistenceMask, flags }: VirtualServerRules): string {
  let text = `-s ${scheduler}`;
  if (persistenceSeconds !== undefined) text += ` -p ${persistenceSeconds}`;
  if (persistenceMask !== undefined) text += ` -M ${persistenceMask}`;
  if (flags.includes(onePacketFlag)) text += ' -o';
  const schedulerFlags = flags.filter((flag) => flag !== onePacketFlag);
  return schedulerFlags.length === 0 ? text : `${text} -b ${schedulerFlags.join(',')}`;
}

function realServerText(address: string, weight: number): string {
  return `-r ${address} -m -w ${weight}`;
}
