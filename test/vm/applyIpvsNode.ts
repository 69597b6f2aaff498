import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules } from '../../agent/model/serviceRules.ts';
import { type IpvsPlan, planIpvs } from '../../agent/plan/ipvs/planIpvs.ts';
import { readConnections } from '../../agent/plan/ipvs/readConnections.ts';
import { readIpSets } from '../../agent/plan/ipvs/readIpSets.ts';
import { readServiceDevice } from '../../agent/plan/ipvs/readServiceDevice.ts';
import { readVirtualServers } from '../../agent/plan/ipvs/readVirtualServers.ts';
import type { PlanStep } from '../../agent/plan/planStep.ts';
import { shellQuote } from './shellQuote.ts';
import type { TestNode } from './testNode.ts';

export type IpvsState = Pick<FamilyRules, 'ipsets' | 'virtualServers' | 'serviceDevice'>;

export const nothing: IpvsState = { ipsets: new Map(), virtualServers: new Map(), serviceDevice: undefined };

/** What a node says about ipvs. */
export interface IpvsDump {
  readonly ipset: string;
  readonly ipvsadm: string;
  readonly addresses: string;
  readonly connections: string;
}

/** What of a dump is kube-proxy's. */
export function ipvsState({ ipset, ipvsadm, addresses }: IpvsDump, family: IpFamily): IpvsState {
  const ipsets = readIpSets(ipset, family);
  const serviceDevice = readServiceDevice(addresses, family);
  return { ipsets, serviceDevice, virtualServers: readVirtualServers(ipvsadm, family, { ipsets, serviceDevice }) };
}

/** A test node in ipvs mode. It reads all in one go and runs a whole plan in one: each command there takes its time. */
export class IpvsNode {
  /** Whether steps are run in the quicker way that they have. */
  isQuick = true;
  readonly #node: TestNode;
  #dump: IpvsDump = { ipset: '', ipvsadm: '', addresses: '', connections: '' };

  constructor(node: TestNode) {
    this.#node = node;
  }

  /** As it was when something was last run. */
  get dump(): IpvsDump {
    return this.#dump;
  }

  state(family: IpFamily): IpvsState {
    return ipvsState(this.#dump, family);
  }

  /** Runs a script of sh, and reads the node after it. */
  async run(script: string): Promise<void> {
    const input = `set -e\nexec 3>&1 > /dev/null\n${script}\nexec >&3\n${readAll}\n`;
    const output = (await this.#node.run(['sh', '-s'], { stdin: input })).toString();
    const [ipset = '', ipvsadm = '', addresses = '', connections = ''] = output.split('\0');
    this.#dump = { ipset, ipvsadm, addresses, connections };
  }

  /** Plans from what the node held when something was last run. */
  async apply(desired: IpvsState, family: IpFamily): Promise<IpvsPlan> {
    const plan = planIpvs(this.state(family), desired, family, readConnections(this.#dump.connections));
    await this.run(plan.steps.map((step) => stepScript(step, this.isQuick)).join(''));
    return plan;
  }
}

const readAll =
  'ipset save; printf "\\0"; ipvsadm -Sn; printf "\\0"; ip -j address; printf "\\0"; cat /proc/net/ip_vs_conn';

/** Runs a step as its description says, and ends the script where it fails. */
function stepScript(
  { argv, quickArgv, stdin, alsoFine = [], stderrMeansFailure = false }: PlanStep,
  isQuick: boolean,
): string {
  const fine = alsoFine.map((code) => `[ $code = ${code} ] || `).join('');
  const failure = '{ cat /run/words >&2; exit 1; }';
  return `code=0; ${shellQuote(isQuick ? (quickArgv ?? argv) : argv)} 2> /run/words << 'END OF INPUT' || code=$?
${stdin}END OF INPUT
[ $code = 0 ] || ${fine}${failure}
${stderrMeansFailure ? `[ ! -s /run/words ] || ${failure}\n` : ''}`;
}
