import type { ServiceRules } from '../model/serviceRules.ts';
import { noRules } from '../plan/noRules.ts';
import { planChange } from '../plan/planChange.ts';
import type { PlanPart, PlanStep } from '../plan/planStep.ts';

/** What one tool reads to make its part of the rules. */
export interface NativeFile {
  readonly name: string;
  /** What it is given to: `iptables-restore --noflush`. */
  readonly command: string;
  readonly text: string;
}

/** By the part that a file makes, in the order of what needs what. */
const names: readonly (readonly [part: PlanPart, name: string])[] = [
  ['ipsets', 'ipset-restore'],
  ['virtualServers', 'ipvsadm-restore'],
  // After the virtual servers, which load the module that the settings of ipvs belong to.
  ['sysctls', 'sysctl'],
  ['iptables', 'iptables-restore'],
  ['serviceDevice', 'ip-batch'],
  ['nftables', 'nft'],
];

/**
 * The rules as files for the tools that write them to a kernel that holds none yet, in the order in which they have to
 * be loaded.
 */
export function nativeFiles(rules: ServiceRules): readonly NativeFile[] {
  const files: NativeFile[] = [];
  const { steps } = planChange(noRules(rules.families.keys(), undefined), rules, { nodeIps: new Map() });
  const commands = new Set<string>();
  for (const [part, name] of names) {
    if (part === 'sysctls') files.push(...settingsFile(rules));
    for (const family of rules.families.keys()) {
      const own = steps.filter((step) => step.part === part && step.family === family);
      const argv = own.find(({ stdin }) => stdin !== '')?.argv;
      const text = own.map((step) => (step.stdin === '' ? commandLine(step, commands) : step.stdin)).join('');
      if (argv !== undefined) files.push({ name: `${name}.${family}`, command: argv.join(' '), text });
    }
  }
  return files;
}

function settingsFile({ sysctls }: ServiceRules): readonly NativeFile[] {
  const text = [...sysctls].map(([path, value]) => `${path} = ${value}\n`).join('');
  return text === '' ? [] : [{ name: 'sysctl.conf', command: 'sysctl -p -', text }];
}

/** A step without input as a line of its tool's batch file; the device, which belongs to both families, is made once. */
function commandLine({ argv: [, ...args] }: PlanStep, seen: Set<string>): string {
  const line = `${args.join(' ')}\n`;
  if (seen.has(line)) return '';
  seen.add(line);
  return line;
}
