/**
 * Applies a file of objects to the network namespace it runs in whenever standard input says so, as the oracle does
 * with `-bench`: `node test/bench/apply/worker.ts MODE BACKEND FILE`. Each command is answered with one line of JSON:
 *
 *   full     all objects, where nothing stands
 *   change   the first endpoint of the first slice gets another address
 */
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import type { ServiceMode, ServiceRules } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import { localChangeableMachine } from '../../../agent/node/change/changeableMachine.ts';
import { ChangeLock } from '../../../agent/node/change/changeLock.ts';
import { RuleSession } from '../../../agent/node/change/ruleSession.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';

/** One answer; all in seconds. The oracle says `seconds` alone. */
export interface Measurement {
  /** From the objects in memory to the rules in the kernel. */
  readonly seconds: number;
  readonly parts?: Readonly<Record<'compile' | 'apply', number>>;
}

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
  readonly #session: RuleSession;
  #objects: KubernetesObjects;

  constructor(mode: ServiceMode, backend: IptablesBackend, session: RuleSession, objects: KubernetesObjects) {
    this.#mode = mode;
    this.#backend = backend;
    this.#session = session;
    this.#objects = objects;
  }

  async apply(): Promise<Measurement> {
    const started = performance.now();
    const desired = this.#inBackend(compileRules(this.#objects, options, this.#mode));
    const compiled = performance.now();
    await this.#session.apply(desired);
    const applied = performance.now();
    const parts = { compile: (compiled - started) / 1e3, apply: (applied - compiled) / 1e3 };
    return { seconds: parts.compile + parts.apply, parts };
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

  #inBackend(rules: ServiceRules): ServiceRules {
    const families = [...rules.families].map(
      ([family, { iptables, ...rest }]) =>
        [family, { ...rest, iptables: { ...iptables, backend: this.#backend } }] as const,
    );
    return { ...rules, families: new Map(families) };
  }
}

/** Begins with a node whose kernel nothing stands in. */
async function beginSession(backend: IptablesBackend): Promise<RuleSession> {
  const path = join(tmpdir(), `bench-apply-${process.pid}.lock`);
  const lock = await ChangeLock.acquire(path);
  rmSync(path);
  return await RuleSession.begin(localChangeableMachine, lock, { backend });
}

async function main([mode, backend, file]: readonly string[]): Promise<void> {
  if (mode !== 'iptables' && mode !== 'ipvs' && mode !== 'nftables') throw new Error('Which mode?');
  if (backend !== 'nf_tables' && backend !== 'legacy') throw new Error('Which backend?');
  const { objects } = readObjects(readFileSync(file ?? '', 'utf8'), file ?? '');
  const node = new BenchedNode(mode, backend, await beginSession(backend), objects);
  for await (const command of createInterface({ input: process.stdin })) {
    if (command === 'change') node.changeEndpoint();
    process.stdout.write(`${JSON.stringify(await node.apply())}\n`);
  }
  process.exit();
}

await main(process.argv.slice(2));
