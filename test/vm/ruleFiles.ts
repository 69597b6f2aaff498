import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './runCommand.ts';
import type { TestNode } from './testNode.ts';
import { TestNodeError } from './testNodeError.ts';

/** How kube-proxy programs Services. */
export type ProxyMode = 'iptables' | 'ipvs' | 'nftables';

/** Which kernel interface holds the iptables rules: `nf_tables` is Debian's default, `legacy` is ip_tables. */
export type IptablesBackend = 'nf_tables' | 'legacy';

export type IpFamily = 'ipv4' | 'ipv6';

/** Saved rules of one mode: text by file name, as in `test/golden/data/CASE/MODE`. */
export type RuleFiles = ReadonlyMap<string, string>;

/** How rules are put on a node or read from it. */
export interface RuleOptions {
  /** `nf_tables` by default. */
  readonly backend?: IptablesBackend;
}

/** The order of the modes in a case. */
export const proxyModes: readonly ProxyMode[] = ['iptables', 'ipvs', 'nftables'];

/**
 * Puts the recorded rules of a case on a clean node, with the tools that wrote them.
 *
 * @param caseFolder a folder like those in `test/golden/data`
 * @throws TestNodeError `bad-case`, `remote-failed`.
 */
export async function loadCase(
  node: TestNode,
  caseFolder: string,
  mode: ProxyMode,
  options: RuleOptions = {},
): Promise<void> {
  const folder = join(caseFolder, mode);
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) {
    throw new TestNodeError('bad-case', `There are no recorded rules in ${folder}.`);
  }
  const archive = await runCommand({ argv: ['tar', '--create', '--directory', folder, '.'] });
  await node.run(await nodeScript('load-rules', [mode, options.backend ?? 'nf_tables']), { stdin: archive });
}

/** Reads the rules that a node's kernel holds, in the same files as a case has. */
export async function saveRules(
  node: TestNode,
  mode: ProxyMode,
  family: IpFamily,
  options: RuleOptions = {},
): Promise<RuleFiles> {
  const archive = await node.run(await saveRulesCommand(mode, family, options));
  return await extractRuleFiles(archive);
}

/** The command that prints the rules of the kernel that it runs on, as a tar archive. */
export function saveRulesCommand(
  mode: ProxyMode,
  family: IpFamily,
  options: RuleOptions = {},
): Promise<[string, ...string[]]> {
  return nodeScript('save-rules', [mode, options.backend ?? 'nf_tables', family]);
}

/** Reads the files of a tar archive. */
export async function extractRuleFiles(archive: Buffer): Promise<RuleFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
  try {
    await runCommand({ argv: ['tar', '--extract', '--directory', folder], stdin: archive });
    return await readRuleFiles(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Reads the files of one mode of a case. */
export async function readRuleFiles(folder: string): Promise<RuleFiles> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

/** Writes the files of one mode of a case. */
export async function writeRuleFiles(folder: string, files: RuleFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
}

/** A script of this project as a command for the node, which has no copy of it. */
async function nodeScript(name: string, scriptArguments: readonly string[]): Promise<[string, ...string[]]> {
  const text = await readFile(join(import.meta.dirname, 'commands', `${name}.sh`), 'utf8');
  return ['sh', '-c', text, name, ...scriptArguments];
}
