import assert from 'node:assert/strict';
import { compileRules } from '../../agent/compile/compileRules.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../agent/model/snapshot.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { planChange } from '../../agent/plan/planChange.ts';
import type { PlanStep } from '../../agent/plan/planStep.ts';
import { type GeneratedSet, objectLines } from '../peers/generatedObjects.ts';
import { recordedNodeBatch } from '../peers/recordedNode.ts';
import type { RuleFiles } from '../vm/ruleFiles.ts';
import { canonicalRules } from './canonicalRules.ts';
import { NetworkNamespace } from './networkNamespace.ts';
import { differingSections, digests, type ParityRecord, rawDigests } from './parityRecord.ts';
import { recordKey, toolVersions } from './parityRecords.ts';
import { rulesOfFiles } from './rulesOfFiles.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

export type NamespaceMode = Exclude<ServiceMode, 'ipvs'>;

/** The recorded node in a network namespace of this machine, on which generated sets are applied one after another. */
export class ParityNamespace implements Disposable {
  readonly namespace: NetworkNamespace;
  readonly #backend: IptablesBackend;

  constructor(backend: IptablesBackend) {
    this.#backend = backend;
    this.namespace = new NetworkNamespace('parity');
    this.namespace.output('ip', ['-batch', '-'], recordedNodeBatch());
  }

  [Symbol.dispose](): void {
    this.namespace[Symbol.dispose]();
  }

  /**
   * Brings the namespace from what stands in it to a set's rules with the agent's own plan and the tools, and looks
   * whether a further plan would find anything left to do.
   *
   * @returns what is left to do
   */
  apply({ objects, options }: GeneratedSet, mode: NamespaceMode): readonly PlanStep[] {
    const compiled = compileRules(readObjects(objectLines(objects), 'objects.jsonl').objects, options, mode);
    const desired: ServiceRules = {
      ...compiled,
      families: new Map([...compiled.families].map(([family, rules]) => [family, this.#inBackend(rules)])),
    };
    const facts = { nodeIps: options.nodeIps };
    for (const { argv, stdin, alsoFine = [] } of planChange(this.read(mode), desired, facts).steps) {
      const [program, ...args] = argv;
      const { status, stderr } = this.namespace.run(program, args, stdin);
      assert.ok(status === 0 || alsoFine.includes(status ?? -1), `${argv.join(' ')}: ${stderr.slice(0, 2000)}`);
    }
    return planChange(this.read(mode), desired, facts).steps;
  }

  /** What stands. */
  read(mode: NamespaceMode): ServiceRules {
    const rules = families.map((family) => {
      const read = rulesOfFiles(this.files(mode, family), family);
      return [family, this.#inBackend(read)] as const;
    });
    return { families: new Map(rules), sysctls: new Map() };
  }

  /** What stands of one family, in the files in which it is recorded. */
  files(mode: NamespaceMode, family: IpFamily): RuleFiles {
    if (mode === 'iptables') {
      const tool = family === 'ipv4' ? 'iptables' : 'ip6tables';
      const variant = this.#backend === 'legacy' ? 'legacy' : 'nft';
      return new Map([[`${tool}-save.txt`, this.namespace.output(`${tool}-${variant}-save`, [])]]);
    }
    const list = ['list', 'tables', family === 'ipv4' ? 'ip' : 'ip6'];
    const hasTable = this.namespace.output('nft', list).includes(' kube-proxy\n');
    const table = ['list', 'table', family === 'ipv4' ? 'ip' : 'ip6', 'kube-proxy'];
    return new Map([
      ['nft.txt', hasTable ? this.namespace.output('nft', table) : ''],
      ['nft.json', hasTable ? this.namespace.output('nft', ['-j', ...table]) : '{}'],
    ]);
  }

  #inBackend(rules: FamilyRules): FamilyRules {
    return { ...rules, iptables: { ...rules.iptables, backend: this.#backend } };
  }
}

/** Whether the tools of this machine are those whose texts were recorded on `host`, so that raw texts compare. */
export async function hasRecordedTools(recorded: Readonly<Record<string, string>>): Promise<boolean> {
  using namespace = new NetworkNamespace('tools');
  const found = await toolVersions(async ([program, ...args]) => namespace.output(program, args));
  return ['iptables', 'nft'].every((tool) => found[tool] === recorded[tool]);
}

/** Names what stands in a namespace otherwise than it was recorded for a set, of both families. */
export function differencesFrom(
  records: ReadonlyMap<string, ParityRecord>,
  node: ParityNamespace,
  seed: number,
  mode: NamespaceMode,
  comparesRaw: boolean,
): readonly string[] {
  return families.flatMap((family) => {
    const record = records.get(recordKey({ mode, family, seed }));
    assert.ok(record, `set ${seed} is not recorded`);
    const files = node.files(mode, family);
    const found = digests(canonicalRules(rulesOfFiles(files, family)));
    const { sysctls: _, ...recorded } = record.sections;
    const different = differingSections(found, recorded);
    const raw = comparesRaw ? differingSections(rawDigests(files), record.raw) : [];
    return [...different, ...raw].map((section) => `set ${seed}, ${family}: ${section}`);
  });
}
