import assert from 'node:assert/strict';
import type { IptablesRules } from '../../../../agent/model/serviceRules.ts';
import type { PlanStep } from '../../../../agent/plan/planStep.ts';

type Table = Map<string, string[]>;

const builtIns: Readonly<Record<string, readonly string[]>> = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

/**
 * What iptables-restore with `--noflush` makes of its input, and refuses: chains that are not there, rules that lead to
 * none, numbers beyond the last rule, and removing a chain that has rules or is led to.
 */
export class SimulatedIptables {
  #tables: ReadonlyMap<string, Table> = new Map(
    Object.entries(builtIns).map(([name, chains]) => [name, new Map(chains.map((chain) => [chain, []]))]),
  );

  /** A kernel that holds the rules, each hook behind a rule of somebody else. */
  static holding({ tables }: IptablesRules): SimulatedIptables {
    const simulated = new SimulatedIptables();
    for (const [name, { chains, hooks }] of tables) {
      const table = simulated.table(name);
      for (const [chain, rules] of chains) table.set(chain, [...rules]);
      for (const [builtIn, rules] of hooks) {
        table.set(
          builtIn,
          rules.flatMap((rule, index) => [`-s 192.0.2.${index}/32 -j ACCEPT`, rule]),
        );
      }
    }
    return simulated;
  }

  table(name: string): Table {
    const table = this.#tables.get(name);
    assert.ok(table, `no table ${name}`);
    return table;
  }

  rules(table: string, chain: string): readonly string[] {
    return this.table(table).get(chain) ?? [];
  }

  /** @param committed called after each COMMIT */
  run({ argv, stdin }: PlanStep, committed: () => void = () => {}): void {
    assert.ok(argv.includes('--noflush'));
    assert.ok(stdin.endsWith('COMMIT\n'), 'The last section is not committed.');
    for (const section of stdin.split(/^COMMIT\n/m).slice(0, -1)) {
      const [header = '', ...lines] = section.trimEnd().split('\n');
      const name = header.slice(1);
      const table: Table = new Map([...this.table(name)].map(([chain, rules]) => [chain, [...rules]]));
      for (const line of lines) runLine(table, line, name);
      this.#tables = new Map([...this.#tables, [name, table]]);
      committed();
    }
  }

  save(): string {
    return [...this.#tables]
      .map(([name, table]) => {
        const chains = [...table];
        const declared = chains.map(
          ([chain]) => `:${chain} ${builtIns[name]?.includes(chain) ? 'ACCEPT' : '-'} [0:0]\n`,
        );
        const rules = chains.flatMap(([chain, all]) => all.map((rule) => `-A ${chain} ${rule}\n`));
        return `*${name}\n${declared.join('')}${rules.join('')}COMMIT\n`;
      })
      .join('');
  }
}

function runLine(table: Table, line: string, name: string): void {
  const declared = /^:(\S+) - \[0:0\]$/.exec(line)?.[1];
  if (declared !== undefined) {
    assert.ok(!builtIns[name]?.includes(declared), `${line} of a built-in chain`);
    table.set(declared, []);
    return;
  }
  const [, command = '', chain = '', number, rule = ''] = /^-([AIRDX]) (\S+)(?: (\d+))?(?: (.*))?$/.exec(line) ?? [];
  const rules = table.get(chain);
  assert.ok(rules, `${line}: no such chain or command`);
  const at = number === undefined ? undefined : Number(number) - 1;
  if (command === 'X') {
    assert.equal(rules.length, 0, `${line}: it has rules`);
    assert.ok(![...table.values()].flat().some((other) => targetOf(other) === chain), `${line}: it is led to`);
    table.delete(chain);
  } else if (command === 'D') {
    const place = at ?? rules.indexOf(rule);
    assert.ok(place in rules, `${line}: no such rule`);
    rules.splice(place, 1);
  } else {
    const target = targetOf(rule);
    assert.ok(target === undefined || table.has(target) || !target.startsWith('KUBE-'), `${line}: no such target`);
    if (command === 'A') rules.push(rule);
    else if (command === 'R') assert.ok(at !== undefined && at in rules, `${line}: no such rule`);
    else assert.ok(at === undefined || at <= rules.length, `${line}: no such place`);
    if (command === 'R' && at !== undefined) rules[at] = rule;
    if (command === 'I') rules.splice(at ?? 0, 0, rule);
  }
}

function targetOf(rule: string): string | undefined {
  return / -j (\S+)$/.exec(` ${rule}`)?.[1];
}
