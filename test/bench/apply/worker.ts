/**
 * Applies a file of objects to the network namespace it runs in whenever standard input says so, as the oracle does
 * with `-bench`: `node test/bench/apply/worker.ts MODE BACKEND FILE`. Each command is answered with one line of JSON:
 *
 *   full     all objects, where nothing stands
 *   change   the first endpoint of the first slice gets another address
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import type { ServiceMode, ServiceRules } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import { localCommandRunner } from '../../../agent/node/localCommandRunner.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { noRules } from '../../../agent/plan/noRules.ts';
import { planChange } from '../../../agent/plan/planChange.ts';
import type { PlanStep } from '../../../agent/plan/planStep.ts';

/** One answer; all in seconds. The oracle says `seconds` alone. */
export interface Measurement {
  /** From the objects in memory to the rules in the kernel. */
  readonly seconds: number;
  readonly parts?: Readonly<Record<'compile' | 'plan' | 'tools', number>>;
}

const toolTimeoutMs = 1_200_000;

const options = completeProxyOptions(
  {
    nodeName: 'testnode',
    nodeIps: ['10.0.2.15'],
    zone: 'zone-a',
    localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
  },
  assumedKernelFacts(['10.0.2.15']),
);

class BenchedNode {
  readonly #mode: ServiceMode;
  readonly #backend: IptablesBackend;
  #objects: KubernetesObjects;
  #current: ServiceRules;

  constructor(mode: ServiceMode, backend: IptablesBackend, objects: KubernetesObjects) {
    this.#mode = mode;
    this.#backend = backend;
    this.#objects = objects;
    this.#current = noRules(['ipv4'], backend);
  }

  async apply(): Promise<Measurement> {
    const started = performance.now();
    const compiled = compileRules(this.#objects, options, this.#mode);
    const desired = { ...compiled, families: new Map([...compiled.families].map(this.#inBackend)) };
    const compiledAt = performance.now();
    const { steps } = planChange(this.#current, desired, { nodeIps: options.nodeIps });
    const plannedAt = performance.now();
    for (const step of steps) await run(step);
    this.#current = desired;
    const ended = performance.now();
    const parts = { compile: compiledAt - started, plan: plannedAt - compiledAt, tools: ended - plannedAt };
    const inSeconds = { compile: parts.compile / 1e3, plan: parts.plan / 1e3, tools: parts.tools / 1e3 };
    return { seconds: (ended - started) / 1e3, parts: inSeconds };
  }

  /** The last byte of the address counts through 1 to 250 in another network, as it does in the oracle. */
  changeEndpoint(): void {
    const [slice, ...slices] = this.#objects.endpointSlices;
    const [endpoint, ...endpoints] = slice?.endpoints ?? [];
    if (slice === undefined || endpoint === undefined) throw new Error('There is no endpoint to change.');
    const bytes = (endpoint.addresses[0] ?? '').split('.').map(Number);
    const changed = { ...endpoint, addresses: [[bytes[0], bytes[1], 255, ((bytes[3] ?? 0) % 250) + 1].join('.')] };
    this.#objects = {
      ...this.#objects,
      endpointSlices: [{ ...slice, endpoints: [changed, ...endpoints] }, ...slices],
    };
  }

  readonly #inBackend = <Key, Rules extends { readonly iptables: object }>([family, rules]: [Key, Rules]): [
    Key,
    Rules,
  ] => [family, { ...rules, iptables: { ...rules.iptables, backend: this.#backend } }];
}

async function run({ argv, stdin, alsoFine = [] }: PlanStep): Promise<void> {
  const command = { argv, stdin, timeoutMs: toolTimeoutMs, maxOutputBytes: 1 << 20 };
  const { end, stderr } = await localCommandRunner.run(command);
  if (end.kind === 'exited' && (end.code === 0 || alsoFine.includes(end.code))) return;
  throw new Error(`${argv.join(' ')}: ${JSON.stringify(end)} ${stderr}`);
}

async function main([mode, backend, file]: readonly string[]): Promise<void> {
  if (mode !== 'iptables' && mode !== 'ipvs' && mode !== 'nftables') throw new Error('Which mode?');
  if (backend !== 'nf_tables' && backend !== 'legacy') throw new Error('Which backend?');
  const { objects } = readObjects(readFileSync(file ?? '', 'utf8'), file ?? '');
  const node = new BenchedNode(mode, backend, objects);
  for await (const command of createInterface({ input: process.stdin })) {
    if (command === 'change') node.changeEndpoint();
    process.stdout.write(`${JSON.stringify(await node.apply())}\n`);
  }
}

await main(process.argv.slice(2));
