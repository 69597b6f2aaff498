import assert from 'node:assert/strict';
import { compileIptables } from '../../../agent/compile/iptables/compileIptables.ts';
import type { ProxyOptions } from '../../../agent/compile/proxyOptions.ts';
import { resolveServices } from '../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { IptablesRules } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { planIptables } from '../../../agent/plan/iptables/planIptables.ts';
import { readIptablesRules } from '../../../agent/plan/iptables/readIptablesRules.ts';
import type { PlanStep } from '../../../agent/plan/planStep.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';

/** What is nobody's business: other tables, chains with names much like kube-proxy's, rules around its hooks. */
const foreignRules = `*raw
:FOREIGN-RAW - [0:0]
-A PREROUTING -j FOREIGN-RAW
-A FOREIGN-RAW -p tcp -m tcp --dport 9999 -j NOTRACK
COMMIT
*filter
:KUBE-ROUTER-INPUT - [0:0]
:KUBE-NWPLCY-ABCDEFGHIJKLMNOP - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "not for -j KUBE-SERVICES" -j ACCEPT
-A INPUT -m comment --comment "kube-router netpol" -j KUBE-ROUTER-INPUT
-A KUBE-ROUTER-INPUT -m mark --mark 0x10000/0x10000 -j KUBE-NWPLCY-ABCDEFGHIJKLMNOP
COMMIT
*nat
:FOREIGN-NAT - [0:0]
-A PREROUTING -p tcp -m tcp --dport 8443 -j FOREIGN-NAT
-A POSTROUTING -m comment --comment "masquerade for a bridge" -j MASQUERADE
-A FOREIGN-NAT -p tcp -j REDIRECT --to-ports 443
COMMIT
`;

const ownLine = /^(?::|-A )KUBE-(?!ROUTER-|NWPLCY-)|-j KUBE-(?!ROUTER-|NWPLCY-)[A-Z-]+$/;

export const backends: readonly IptablesBackend[] = ['nf_tables', 'legacy'];
export const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** The iptables rules of one family and backend in a network namespace of its own, among rules of others. */
export class IptablesKernel implements Disposable {
  readonly backend: IptablesBackend;
  readonly family: IpFamily;
  readonly #namespace = new NetworkNamespace('iptables-apply');
  readonly #prefix: string;

  constructor(backend: IptablesBackend, family: IpFamily) {
    this.backend = backend;
    this.family = family;
    this.#prefix = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend === 'legacy' ? 'legacy' : 'nft'}`;
    this.restore(foreignRules);
    assert.equal(this.foreignLines().match(/^-A /gm)?.length, 8);
  }

  /** Loads rules, beside those that are there. */
  restore(text: string): void {
    this.#namespace.output(`${this.#prefix}-restore`, ['--noflush'], text);
  }

  /** Runs iptables with arguments that are separated by spaces. */
  iptables(words: string): void {
    this.#namespace.output(this.#prefix, words.split(' '));
  }

  /** Makes IP sets, so that rules can refer to them. */
  makeSets(text: string): void {
    this.#namespace.output('ipset', ['restore'], text);
  }

  run({ argv: [program, ...argv], stdin }: PlanStep): void {
    this.#namespace.output(program, argv, stdin);
  }

  /** Makes one state of another; returns the steps that were taken. */
  change(current: IptablesRules, desired: IptablesRules): readonly PlanStep[] {
    const { steps } = planIptables({ ...current, backend: this.backend }, desired, this.family);
    for (const step of steps) this.run(step);
    return steps;
  }

  read(): IptablesRules {
    return readIptablesRules(this.save(), this.backend);
  }

  save(): string {
    return this.#namespace.output(`${this.#prefix}-save`, ['-c']);
  }

  /** The lines that are not kube-proxy's, in order, without what changes with time or traffic. */
  foreignLines(): string {
    const lines = this.#namespace.output(`${this.#prefix}-save`, []).split('\n');
    const tables = lines
      .filter((line) => !line.startsWith('#') && !ownLine.test(line))
      .map((line) => line.replace(/ \[\d+:\d+\]$/, ''))
      .join('\n')
      .split(/^(?=\*)/m);
    // The legacy backend lists tables in the order in which they were last written.
    return tables
      .filter((table) => table.includes('\n-A '))
      .sort()
      .join('');
  }

  [Symbol.dispose](): void {
    this.#namespace[Symbol.dispose]();
  }
}

/** There is none of kube-proxy's. */
export const noRules: IptablesRules = { backend: undefined, tables: new Map() };

/** Compiles objects for a node without nfacct, whose objects the machine of the tests cannot make. */
export function compiledRules(objects: KubernetesObjects, options: ProxyOptions, family: IpFamily): IptablesRules {
  const plain = { ...options, kernel: { ...options.kernel, nfacctCounters: new Set<string>() } };
  return compileIptables(resolveServices(objects, plain, family), plain, family);
}

/** Fails unless the kernel holds the rules and no others of kube-proxy's, so that there is nothing left to do. */
export function assertStands(kernel: IptablesKernel, rules: IptablesRules): void {
  const standing = kernel.read();
  assert.deepEqual(planIptables(standing, rules, kernel.family).steps, []);
  // As they are printed too, with this iptables.
  assert.deepEqual(plainRules(standing), plainRules(rules));
}

function plainRules({ tables }: IptablesRules): unknown {
  return Object.fromEntries(
    [...tables].map(([name, { chains, hooks }]) => [
      name,
      { chains: Object.fromEntries(chains), hooks: Object.fromEntries(hooks) },
    ]),
  );
}
