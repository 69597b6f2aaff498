import type { IpFamily } from '../model/address.ts';
import type { Machine } from './machine.ts';

/**
 * Whether the kernel already holds something that a tool would read.
 *
 * - `loaded`: it is there.
 * - `absent`: it is not there, and a tool that asks for it could make the kernel load a module.
 * - `denied`: only root may know.
 */
export type Presence = 'loaded' | 'absent' | 'denied';

/**
 * What stands in the kernel, found out without asking netfilter itself: a first netlink message to nf_tables, ip_set
 * or ip_vs loads the module, and so changes the node.
 */
export interface KernelFeatures {
  readonly nfTables: Presence;
  readonly ipSet: Presence;
  readonly ipvs: Presence;
  /** The legacy ip_tables of each family; `loaded` only when there is a table. */
  readonly legacyTables: Readonly<Record<IpFamily, Presence>>;
}

/** Presence by a file that the feature itself makes in /proc. */
async function presenceOfFile(machine: Machine, path: string, hasContent: boolean): Promise<Presence> {
  const file = await machine.readFile(path);
  if (file.kind === 'denied') return 'denied';
  return file.kind === 'read' && !(hasContent && file.text.trim() === '') ? 'loaded' : 'absent';
}

/**
 * Presence of a module: loaded, built into the kernel, or in a kernel that cannot load any, where asking is harmless.
 */
export async function presenceOfModule(machine: Machine, name: string): Promise<Presence> {
  const modules = await machine.readFile('/proc/modules');
  if (modules.kind === 'missing') return 'loaded';
  if (modules.kind === 'read' && modules.text.split('\n').some((line) => line.startsWith(`${name} `))) return 'loaded';
  const builtIn = await machine.readFile(`/lib/modules/${machine.kernelRelease()}/modules.builtin`);
  return builtIn.kind === 'read' && builtIn.text.includes(`/${name}.ko`) ? 'loaded' : 'absent';
}

/** Looks at the kernel without changing it. */
export async function readKernelFeatures(machine: Machine): Promise<KernelFeatures> {
  const [nfTables, ipSet, ipvs, ipv4, ipv6] = await Promise.all([
    presenceOfModule(machine, 'nf_tables'),
    presenceOfModule(machine, 'ip_set'),
    presenceOfFile(machine, '/proc/net/ip_vs', false),
    presenceOfFile(machine, '/proc/net/ip_tables_names', true),
    presenceOfFile(machine, '/proc/net/ip6_tables_names', true),
  ]);
  return { nfTables, ipSet, ipvs, legacyTables: { ipv4, ipv6 } };
}
