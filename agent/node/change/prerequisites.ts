import type { IpFamily } from '../../model/address.ts';
import type { ServiceRules } from '../../model/serviceRules.ts';
import type { PartReason } from '../../model/snapshot.ts';
import type { PlanStep } from '../../plan/planStep.ts';
import { parseIpvsadmTimeouts } from '../../ruleset/ipvs/parseTimeouts.ts';
import { presenceOfModule } from '../kernelFeatures.ts';
import type { Machine } from '../machine.ts';
import type { ChangeableMachine } from './changeableMachine.ts';
import { toolOutput } from './toolOutput.ts';

/** Something that rules need from their node beside the rules themselves. */
export interface Prerequisite {
  /** `module:ip_vs`, `sysctl:net/ipv4/ip_forward`, `tool:ipset`. */
  readonly id: string;
  readonly met: boolean;
  /** Whether the agent could see to it. */
  readonly settable: boolean;
  /** Whether the rules cannot do their work without it. */
  readonly required: boolean;
  readonly fact: PartReason;
  /** How it is seen to; only of settable ones. */
  readonly setting?: PrerequisiteSetting;
}

export type PrerequisiteSetting =
  | { readonly kind: 'module'; readonly name: string }
  | { readonly kind: 'sysctl'; readonly path: string; readonly value: string }
  | { readonly kind: 'ipvsTimeouts'; readonly value: IpvsTimeouts };

/** Seconds of connections of TCP, of those that end, and of UDP; of wanted ones, 0 leaves what is there. */
export type IpvsTimeouts = readonly [tcp: number, tcpFin: number, udp: number];

/** What is to be done to a node. */
export interface Intention {
  readonly desired: ServiceRules;
  readonly steps: readonly PlanStep[];
  /** Whether entries of connection tracking will be looked for. */
  readonly findsFlows: boolean;
  readonly ipvsTimeouts?: IpvsTimeouts | undefined;
}

/** A kernel setting that should have a value. `path` is one under `/proc/sys`. */
interface WantedSetting {
  readonly path: string;
  readonly value: string;
  readonly required: boolean;
}

const forwarding: Readonly<Record<IpFamily, string>> = {
  ipv4: 'net/ipv4/ip_forward',
  ipv6: 'net/ipv6/conf/all/forwarding',
};

/** Lets rules see packets between pods of one bridge; there only where the module br_netfilter is. */
const bridged: Readonly<Record<IpFamily, string>> = {
  ipv4: 'net/bridge/bridge-nf-call-iptables',
  ipv6: 'net/bridge/bridge-nf-call-ip6tables',
};

/** The module of a set type: `hash:ip,port,net` is ip_set_hash_ipportnet. */
function moduleOfSetType(type: string): string {
  return `ip_set_${type.replace(':', '_').replaceAll(',', '')}`;
}

/** The modules that the kernel needs for rules, in the order in which they are loaded. */
function modulesFor({ families }: ServiceRules): readonly string[] {
  const modules = new Set<string>();
  const each = [...families.values()];
  if (each.length > 0) modules.add('nf_conntrack');
  if (each.some(({ nftables, iptables }) => nftables !== undefined || usesNfTables(iptables))) modules.add('nf_tables');
  const schedulers = new Set(
    each.flatMap(({ virtualServers }) => [...virtualServers.values()].map(({ scheduler }) => scheduler)),
  );
  if (schedulers.size > 0) modules.add('ip_vs');
  for (const scheduler of schedulers) modules.add(`ip_vs_${scheduler}`);
  if (each.some(({ serviceDevice }) => serviceDevice !== undefined)) modules.add('dummy');
  for (const type of new Set(each.flatMap(({ ipsets }) => [...ipsets.values()].map((set) => set.type)))) {
    modules.add('ip_set').add(moduleOfSetType(type)).add('xt_set');
  }
  return [...modules];
}

function usesNfTables({ backend, tables }: { backend: string | undefined; tables: ReadonlyMap<string, unknown> }) {
  return backend === 'nf_tables' && tables.size > 0;
}

/** Whether a module is there; ip_vs says so itself, also in kernels that cannot load any. */
async function isLoaded(machine: Machine, name: string): Promise<boolean> {
  if (name === 'ip_vs') return (await machine.readFile('/proc/net/ip_vs')).kind === 'read';
  return (await presenceOfModule(machine, name)) === 'loaded';
}

async function checkModule(machine: Machine, name: string, signal: AbortSignal | undefined): Promise<Prerequisite> {
  const id = `module:${name}`;
  if (await isLoaded(machine, name)) {
    const fact = { code: 'module-loaded', message: `The kernel module ${name} is loaded.`, args: { module: name } };
    return { id, required: true, met: true, settable: false, fact };
  }
  const settable = (await toolOutput(machine, signal, 'modprobe', '-n', '-q', name)) !== undefined;
  // Nodes inside containers have no modules to look at, and yet a kernel that may load one when a rule needs it.
  const required = settable || name.startsWith('ip_vs');
  const fact = settable
    ? { code: 'module-not-loaded', message: `The kernel module ${name} is not loaded.`, args: { module: name } }
    : { code: 'module-not-there', message: `This kernel has no module ${name}.`, args: { module: name } };
  return { id, required, met: false, settable, fact, ...(settable && { setting: { kind: 'module', name } as const }) };
}

async function checkSetting(
  machine: Machine,
  { path, value, required }: WantedSetting,
  modulesToLoad: boolean,
): Promise<Prerequisite | undefined> {
  const common = { id: `sysctl:${path}`, required } as const;
  const name = path.replaceAll('/', '.');
  const file = await machine.readFile(`/proc/sys/${path}`);
  const found = file.kind === 'read' ? file.text.trim() : undefined;
  const setting = { kind: 'sysctl', path, value } as const;
  if (found === value) {
    const fact = { code: 'setting-right', message: `${name} is ${value}.`, args: { setting: name, value } };
    return { ...common, met: true, settable: false, fact };
  }
  if (found !== undefined) {
    const message = `${name} is ${found} and should be ${value}.`;
    const fact = { code: 'setting-differs', message, args: { setting: name, found, value } };
    return { ...common, met: false, settable: true, fact, setting };
  }
  // What is absent and not needed belongs to something that this kernel does not have.
  if (!required) return undefined;
  // It comes with a module that is not there yet.
  const message = `${name} is not there and should be ${value}.`;
  const fact = { code: 'setting-not-there', message, args: { setting: name, value } };
  return { ...common, met: false, settable: modulesToLoad, fact, ...(modulesToLoad && { setting }) };
}

/** The kernel's timeouts of ipvs; undefined when there is no ipvs yet. */
export async function readIpvsTimeouts(
  machine: Machine,
  signal?: AbortSignal | undefined,
): Promise<IpvsTimeouts | undefined> {
  if (!(await isLoaded(machine, 'ip_vs'))) return undefined;
  const found = parseIpvsadmTimeouts((await toolOutput(machine, signal, 'ipvsadm', '-L', '--timeout')) ?? '');
  return found && [found.tcp, found.tcpFin, found.udp];
}

async function checkTimeouts(
  machine: Machine,
  value: IpvsTimeouts,
  signal: AbortSignal | undefined,
): Promise<Prerequisite> {
  const found = await readIpvsTimeouts(machine, signal);
  const common = { id: 'ipvs:timeouts', required: false } as const;
  const args = { found: found?.join(' ') ?? '', value: value.join(' ') };
  if (found !== undefined && value.every((seconds, index) => seconds === 0 || seconds === found[index])) {
    const fact = { code: 'timeouts-right', message: 'The timeouts of ipvs are as wanted.', args };
    return { ...common, met: true, settable: false, fact };
  }
  const message = `The timeouts of ipvs (TCP, ending TCP, UDP) should be ${args.value}, 0 for any.`;
  const fact = { code: 'timeouts-differ', message, args };
  return { ...common, met: false, settable: true, fact, setting: { kind: 'ipvsTimeouts', value } };
}

async function checkTool(machine: ChangeableMachine, name: string, required: boolean): Promise<Prerequisite> {
  const met = await machine.hasProgram(name);
  const fact = met
    ? { code: 'tool-installed', message: `${name} is installed.`, args: { tool: name } }
    : { code: 'tool-not-installed', message: `${name} is not installed.`, args: { tool: name } };
  return { id: `tool:${name}`, met, settable: false, required, fact };
}

/** Checks what a node needs so that the steps of a plan can run and the rules do their work. Changes nothing. */
export async function checkPrerequisites(
  machine: ChangeableMachine,
  { desired, steps, findsFlows, ipvsTimeouts }: Intention,
  signal?: AbortSignal,
): Promise<readonly Prerequisite[]> {
  const programmed = [...desired.families].flatMap(([family, rules]) => (isEmpty(rules) ? [] : [family]));
  const tools = new Set(steps.map(({ argv }) => argv[0]));
  const modules = await Promise.all(modulesFor(desired).map((name) => checkModule(machine, name, signal)));
  const settings: WantedSetting[] = [
    ...[...desired.sysctls].map(([path, value]) => ({ path, value, required: true })),
    ...programmed.flatMap((family) =>
      [forwarding[family], bridged[family]]
        .filter((path) => !desired.sysctls.has(path))
        .map((path) => ({ path, value: '1', required: false })),
    ),
  ];
  const modulesToLoad = modules.some(({ met, settable }) => !met && settable);
  return [
    ...(await Promise.all([...tools].map((name) => checkTool(machine, name, true)))),
    // Without it, UDP clients go on to endpoints that are gone until they pause.
    ...(findsFlows && !tools.has(flowTool) ? [await checkTool(machine, flowTool, false)] : []),
    ...modules,
    ...(await Promise.all(settings.map((wanted) => checkSetting(machine, wanted, modulesToLoad)))).filter(
      (prerequisite) => prerequisite !== undefined,
    ),
    ...(ipvsTimeouts?.some((seconds) => seconds > 0) ? [await checkTimeouts(machine, ipvsTimeouts, signal)] : []),
  ];
}

const flowTool = 'conntrack';

function isEmpty({
  iptables,
  virtualServers,
  nftables,
}: NonNullable<ReturnType<ServiceRules['families']['get']>>): boolean {
  return iptables.tables.size === 0 && virtualServers.size === 0 && nftables === undefined;
}
