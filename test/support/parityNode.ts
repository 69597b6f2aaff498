import assert from 'node:assert/strict';
import { compileRules } from '../../agent/compile/compileRules.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../agent/model/snapshot.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { planDraining } from '../../agent/plan/draining/planDraining.ts';
import { planChange } from '../../agent/plan/planChange.ts';
import type { PlanStep } from '../../agent/plan/planStep.ts';
import { type GeneratedSet, objectLines } from '../peers/generatedObjects.ts';
import { recordedNodeBatch } from '../peers/recordedNode.ts';
import { extractRuleFiles, type RuleFiles, saveRulesCommand } from '../vm/ruleFiles.ts';
import { type CommandResult, runCommand, tryCommand } from '../vm/runCommand.ts';
import type { TestNode } from '../vm/testNode.ts';
import { canonicalRules } from './canonicalRules.ts';
import { differingSections, digests, type ParityRecord, rawDigests } from './parityRecord.ts';
import { recordKey } from './parityRecords.ts';
import { rulesOfFiles } from './rulesOfFiles.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** Runs commands in the network namespace that is the recorded node, whatever their exit code. */
type RunOnNode = (argv: readonly [string, ...string[]], stdin?: string) => Promise<CommandResult>;

let namespaces = 0;

function namespaceName(): string {
  return `ksr-parity-${process.pid}-${++namespaces}`;
}

/** The recorded node in a network namespace, on which generated sets are applied one after another. */
export class ParityNode implements AsyncDisposable {
  readonly run: RunOnNode;
  readonly #mode: ServiceMode;
  readonly #backend: IptablesBackend;
  readonly #remove: () => Promise<unknown>;

  private constructor(mode: ServiceMode, backend: IptablesBackend, run: RunOnNode, remove: () => Promise<unknown>) {
    this.#mode = mode;
    this.#backend = backend;
    this.run = run;
    this.#remove = remove;
  }

  /** On this machine; needs root. */
  static async onHost(mode: ServiceMode, backend: IptablesBackend): Promise<ParityNode> {
    const name = namespaceName();
    await runCommand({ argv: ['ip', 'netns', 'add', name] });
    await runCommand({ argv: ['ip', '-n', name, '-batch', '-'], stdin: recordedNodeBatch() });
    const remove = (): Promise<Buffer> => runCommand({ argv: ['ip', 'netns', 'delete', name] });
    const run: RunOnNode = (argv, stdin = '') => tryCommand({ argv: ['ip', 'netns', 'exec', name, ...argv], stdin });
    return new ParityNode(mode, backend, run, remove);
  }

  /** In a test node. */
  static async inTestNode(node: TestNode, mode: ServiceMode): Promise<ParityNode> {
    const name = namespaceName();
    await node.run(['ip', 'netns', 'add', name]);
    await node.run(['ip', '-n', name, '-batch', '-'], { stdin: recordedNodeBatch() });
    const remove = (): Promise<Buffer> => node.run(['ip', 'netns', 'delete', name]);
    const run: RunOnNode = (argv, stdin = '') => node.tryRun(['ip', 'netns', 'exec', name, ...argv], { stdin });
    return new ParityNode(mode, 'nf_tables', run, remove);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }

  /**
   * Brings the node from what stands on it to a set's rules, with the agent's own plan and the tools.
   *
   * @returns what a further plan would find to do
   */
  async apply({ objects, options }: GeneratedSet): Promise<readonly PlanStep[]> {
    const compiled = compileRules(readObjects(objectLines(objects), 'objects.jsonl').objects, options, this.#mode);
    const desired: ServiceRules = {
      ...compiled,
      families: new Map([...compiled.families].map(([family, rules]) => [family, this.#inBackend(rules)])),
    };
    const facts = { nodeIps: options.nodeIps };
    const { steps, draining } = planChange(await this.#rules(), desired, facts);
    await this.#runSteps(steps);
    if (draining.length > 0) {
      const nobody = { inUse: new Map(), boundAddresses: new Set<string>() };
      await this.#runSteps(planDraining(await this.#rules(), draining, nobody).steps);
    }
    return planChange(await this.#rules(), desired, facts).steps;
  }

  /** What stands of one family, in the files in which it is recorded. */
  async files(family: IpFamily): Promise<RuleFiles> {
    const { exitCode, stdout, stderr } = await this.run(
      await saveRulesCommand(this.#mode, family, { backend: this.#backend }),
    );
    assert.equal(exitCode, 0, stderr);
    return await extractRuleFiles(stdout);
  }

  /** Names what stands otherwise than it was recorded for a set, of both families. */
  async differencesFrom(
    records: ReadonlyMap<string, ParityRecord>,
    seed: number,
    comparesRaw: boolean,
  ): Promise<readonly string[]> {
    const differences = families.map(async (family) => {
      const record = records.get(recordKey({ mode: this.#mode, family, seed }));
      assert.ok(record, `set ${seed} is not recorded`);
      const files = await this.files(family);
      // Settings are not part of a plan's steps.
      const { sysctls: _, ...sections } = record.sections;
      const different = differingSections(digests(canonicalRules(rulesOfFiles(files, family))), sections);
      const raw = comparesRaw ? differingSections(rawDigests(files, family), record.raw) : [];
      return [...different, ...raw].map((section) => `set ${seed}, ${family}: ${section}`);
    });
    return (await Promise.all(differences)).flat();
  }

  async #runSteps(steps: readonly PlanStep[]): Promise<void> {
    for (const { argv, stdin, alsoFine = [], stderrMeansFailure = false } of steps) {
      const { exitCode, stderr } = await this.run(argv, stdin);
      const isFine = exitCode === 0 ? !stderrMeansFailure || stderr === '' : alsoFine.includes(exitCode ?? -1);
      assert.ok(isFine, `${argv.join(' ')}: ${exitCode} ${stderr.slice(0, 2000)}`);
    }
  }

  async #rules(): Promise<ServiceRules> {
    const read = families.map(async (family) => {
      const rules = rulesOfFiles(await this.files(family), family);
      return [family, this.#inBackend(rules)] as const;
    });
    return { families: new Map(await Promise.all(read)), sysctls: new Map() };
  }

  #inBackend(rules: FamilyRules): FamilyRules {
    return { ...rules, iptables: { ...rules.iptables, backend: this.#backend } };
  }
}
