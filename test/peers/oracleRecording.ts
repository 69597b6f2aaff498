import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IpFamily } from '../../agent/model/address.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import { extractRuleFiles, type RuleFiles } from '../vm/ruleFiles.ts';
import { type GeneratedSet, objectLines } from './generatedObjects.ts';
import { oracleArguments } from './generatedOptions.ts';
import { recordedNodeBatch } from './recordedNode.ts';

/** Runs a command where rules are recorded, which has to succeed, and gives back what it printed. */
export type RunWhereRecorded = (argv: readonly [string, ...string[]], stdin: string) => Promise<Buffer>;

/** What kube-proxy logs as an error and goes on after, in every run or because of the generated objects. */
const harmlessErrors = [
  'Failed to list existing nftables objects',
  'Ignoring invalid endpoint port',
  'Service has no healthcheck nodeport',
  'failed to collect nfacct counter',
  '--nodeport-addresses includes localhost',
];

/**
 * What kube-proxy leaves in the kernel for a generated set, in a network namespace of its own.
 *
 * @param program the oracle, where it is recorded
 * @throws Error when kube-proxy logged that something did not go through
 */
export async function recordSet(
  run: RunWhereRecorded,
  program: string,
  set: GeneratedSet,
  mode: ServiceMode,
  family: IpFamily,
): Promise<RuleFiles> {
  const archive = await run(
    [
      ...(['sh', '-c', await script('commands/record-rules.sh'), 'record-rules', recordedNodeBatch()] as const),
      set.options.kernel.conntrackTcpLiberal ? '1' : '0',
      await script('../vm/commands/save-rules.sh'),
      ...[mode, family, program, '-mode', mode, ...oracleArguments(set.options, family)],
    ],
    objectLines(set.objects),
  );
  const files = await extractRuleFiles(archive);
  const errors = (files.get('oracle.log') ?? '').split('\n').filter((line) => /^[EF]\d{4} /.test(line));
  const unexpected = errors.filter((line) => !harmlessErrors.some((harmless) => line.includes(harmless)));
  if (unexpected.length > 0) throw new Error(`kube-proxy failed for set ${set.seed}: ${unexpected.join('\n')}`);
  return new Map([...files].filter(([name]) => name !== 'oracle.log'));
}

function script(path: string): Promise<string> {
  return readFile(join(import.meta.dirname, path), 'utf8');
}
