import assert from 'node:assert/strict';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { NftablesTable } from '../../../agent/model/serviceRules.ts';
import { planNftables } from '../../../agent/plan/nftables/planNftables.ts';
import { readNftablesTable } from '../../../agent/plan/nftables/readNftablesTable.ts';
import type { PlanStep } from '../../../agent/plan/planStep.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';

/** Tables that are nobody's business: one of kube-proxy's name in another family, one with its hooks and objects. */
const foreignTables = `table inet kube-proxy {
	chain services {
		type nat hook prerouting priority dstnat - 5; policy accept;
		tcp dport 9999 redirect to :8888 comment "not kube-proxy's"
	}
}
table ip filter {
	set cluster-ips {
		type ipv4_addr
		flags interval
		elements = { 10.96.0.0/16 }
	}

	counter packets-in {
		packets 0 bytes 0
	}

	chain service-AAAAAAAA-shop/web/tcp/http {
		counter name "packets-in" accept
	}

	chain input {
		type filter hook input priority filter; policy accept;
		ip daddr @cluster-ips jump service-AAAAAAAA-shop/web/tcp/http
	}
}
`;

/** The nf_tables of a network namespace of its own, with foreign tables in it. */
export class NftablesKernel implements Disposable {
  readonly #namespace = new NetworkNamespace('nft-apply');

  constructor() {
    this.nft(foreignTables);
    assert.equal(this.foreignTables().match(/^table /gm)?.length, 2);
  }

  /** Runs a script; throws when nft refuses it. */
  nft(script: string): void {
    this.#namespace.output('nft', ['-f', '-'], script);
  }

  /** Runs a step as the agent does: again while the kernel says that what is deleted is in use. */
  run({ argv: [program, ...argv], stdin, busyForMs = 0 }: PlanStep): void {
    const deadline = performance.now() + busyForMs;
    for (;;) {
      const { status, stderr } = this.#namespace.run(program, argv, stdin);
      if (status === 0) return;
      assert.ok(stderr.includes('Device or resource busy') && performance.now() < deadline, stderr);
    }
  }

  /** Makes one table of another; returns the steps that were taken. */
  change(
    current: NftablesTable | undefined,
    desired: NftablesTable | undefined,
    family: IpFamily,
  ): readonly PlanStep[] {
    const { steps } = planNftables(current, desired, family);
    for (const step of steps) this.run(step);
    return steps;
  }

  read(family: IpFamily): NftablesTable | undefined {
    return readNftablesTable(this.list(), family);
  }

  foreignTables(): string {
    const tables = this.list().match(/^table [\s\S]*?^\}\n/gm) ?? [];
    return tables.filter((table) => !/^table ip6? kube-proxy \{/.test(table)).join('');
  }

  /** The whole rule set. */
  list(): string {
    return this.#namespace.output('nft', ['list', 'ruleset']);
  }

  [Symbol.dispose](): void {
    this.#namespace[Symbol.dispose]();
  }
}

/** Fails unless the kernel holds the table, as far as any packet can tell. */
export function assertStands(kernel: NftablesKernel, table: NftablesTable | undefined, family: IpFamily): void {
  const standing = kernel.read(family);
  if (table === undefined) assert.equal(standing, undefined);
  else assert.deepEqual(planNftables(standing, table, family), { steps: [], changes: [] });
}
