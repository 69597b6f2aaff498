import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceRules } from '../../../agent/model/serviceRules.ts';
import { rulesAfterDraining } from '../../../agent/plan/draining/draining.ts';
import { noRules } from '../../../agent/plan/noRules.ts';
import { type ChangePlan, planChange } from '../../../agent/plan/planChange.ts';
import type { PlanStep } from '../../../agent/plan/planStep.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

const modes = ['iptables', 'ipvs', 'nftables'] as const;
type Mode = (typeof modes)[number];
const pairs = modes.flatMap((from) => modes.filter((to) => to !== from).map((to) => [from, to] as const));

const facts = { nodeIps: new Map([['ipv4', '10.0.2.15'] as const]) };

function recorded(mode: Mode): ServiceRules {
  const { rules } = readServiceRules(goldenSnapshot('mixed-60', mode));
  const families = new Map(
    [...rules.families].map(([family, each]) => [
      family,
      { ...each, iptables: { ...each.iptables, backend: 'nf_tables' as const } },
    ]),
  );
  return { ...rules, families };
}

const rules = { iptables: recorded('iptables'), ipvs: recorded('ipvs'), nftables: recorded('nftables') };
const none = noRules(['ipv4', 'ipv6'], 'nf_tables');

function plan(from: Mode, to: Mode): ChangePlan {
  return planChange(rules[from], rules[to], facts);
}

/** The place of the first step that does something, or of the last one. */
function first({ steps }: ChangePlan, does: (step: PlanStep) => boolean): number {
  const at = steps.findIndex(does);
  assert.notEqual(at, -1);
  return at;
}
function last({ steps }: ChangePlan, does: (step: PlanStep) => boolean): number {
  const at = steps.findLastIndex(does);
  assert.notEqual(at, -1);
  return at;
}

/** The tables of iptables in the order in which they are written. */
function tables({ steps }: ChangePlan): string[] {
  const written = steps
    .filter(({ part, phase }) => part === 'iptables' && phase === 'turn')
    .map(({ stdin }) => stdin)
    .join('');
  return [...written.matchAll(/^\*(\w+)$/gm)].map(([, table]) => table ?? '').filter((table) => table !== 'mangle');
}

describe('a plan from one mode to another', () => {
  for (const [from, to] of pairs) {
    it(`makes, turns and breaks in this order: ${from} to ${to}`, () => {
      const { steps, ...made } = plan(from, to);
      const order = ['make', 'turn', 'break'];
      const phases = steps.map(({ phase }) => order.indexOf(phase));
      assert.deepEqual(phases, [...phases].sort());
      assert.deepEqual([made.from, made.to], [from, to]);
    });

    it(`leaves what is wanted and what drains: ${from} to ${to}`, () => {
      const { leaves, draining } = plan(from, to);
      assert.equal(draining.length > 0, from === 'ipvs');
      assert.equal(ruleDifferences(rulesAfterDraining(leaves, draining), rules[to]), 0);
      const again = planChange(leaves, rules[to], facts);
      assert.deepEqual(again.steps, []);
      assert.deepEqual(again.changes, []);
    });
  }

  for (const mode of modes) {
    it(`does nothing within ${mode} when all is as wanted`, () => {
      const { steps, added, removed, draining } = plan(mode, mode);
      assert.deepEqual([steps, added, removed, draining], [[], 0, 0, []]);
    });

    it(`counts what comes and goes: ${mode}`, () => {
      const make = planChange(none, rules[mode], facts);
      const take = planChange(rules[mode], none, facts);
      assert.ok(make.added > 300);
      assert.equal(make.removed, 0);
      assert.equal(make.added, make.changes.length);
      assert.ok(take.removed > 100);
    });
  }
});

const isNftables = ({ part }: PlanStep): boolean => part === 'nftables';
const isTurn = ({ phase }: PlanStep): boolean => phase === 'turn';
const isIptables = ({ part }: PlanStep): boolean => part === 'iptables';

describe('no new connection fails', () => {
  it('because the table of nftables stands until iptables has taken over', () => {
    for (const to of ['iptables', 'ipvs'] as const) {
      const made = plan('nftables', to);
      assert.ok(made.steps.filter(isNftables).every(({ phase }) => phase === 'break'));
      assert.ok(last(made, (step) => isIptables(step) && isTurn(step)) < first(made, isNftables));
    }
  });

  it('because nftables has taken over before iptables gives up', () => {
    for (const from of ['iptables', 'ipvs'] as const) {
      const made = plan(from, 'nftables');
      assert.ok(last(made, isNftables) < first(made, isIptables));
    }
  });

  it('because addresses are there before packets are left to ipvs', () => {
    for (const from of ['iptables', 'nftables'] as const) {
      const made = plan(from, 'ipvs');
      const addresses = first(made, ({ stdin }) => stdin.includes('address replace'));
      assert.ok(addresses < first(made, (step) => isIptables(step) && isTurn(step)));
      assert.ok(last(made, ({ part, phase }) => part === 'virtualServers' && phase === 'make') < addresses);
    }
  });

  it('because the table filter is of ipvs mode whenever nat is', () => {
    assert.ok(tables(plan('iptables', 'ipvs')).lastIndexOf('filter') < tables(plan('iptables', 'ipvs')).indexOf('nat'));
    assert.ok(tables(plan('ipvs', 'iptables')).lastIndexOf('nat') < tables(plan('ipvs', 'iptables')).indexOf('filter'));
  });

  it('because rules do not name sets that are not there', () => {
    const toIpvs = plan('iptables', 'ipvs');
    assert.ok(last(toIpvs, ({ part }) => part === 'ipsets') < first(toIpvs, isIptables));
    const fromIpvs = plan('ipvs', 'iptables');
    assert.ok(last(fromIpvs, isIptables) < first(fromIpvs, ({ part }) => part === 'ipsets'));
  });

  it("because the node's own come from an address that stays", () => {
    for (const to of ['iptables', 'nftables'] as const) {
      const made = plan('ipvs', to);
      const routes = first(made, ({ stdin }) => stdin.includes(' src 10.0.2.15\n'));
      assert.ok(routes < first(made, (step) => step.part !== 'serviceDevice' && isTurn(step)));
      const { leaves } = made;
      const back = planChange(leaves, rules.ipvs, facts);
      assert.ok(back.steps.some(({ stdin, phase }) => phase === 'turn' && stdin.includes(' src 10.96.0.2\n')));
    }
  });
});

describe('connections of ipvs go on', () => {
  it('because no virtual server with endpoints, and none of their addresses, is removed', () => {
    for (const to of ['iptables', 'nftables'] as const) {
      const input = plan('ipvs', to)
        .steps.map(({ stdin }) => stdin)
        .join('');
      const removed = [...input.matchAll(/^-D -\S+ (\S+)$/gm)].map(([, address = '']) => address);
      const servers = [...(rules.ipvs.families.get('ipv4')?.virtualServers.values() ?? [])];
      const withEndpoints = servers.filter(({ realServers }) => realServers.size > 0).map(({ address }) => address);
      assert.ok(removed.length > 0);
      assert.deepEqual(
        removed.filter((address) => withEndpoints.includes(address)),
        [],
      );
      assert.ok(
        withEndpoints.every((address) => input.includes(`-e -t ${address} `) || input.includes(` ${address} -r `)),
      );
    }
  });
});

describe('rules in the other backend', () => {
  const other = (rules.iptables.families.get('ipv4') ?? assert.fail()).iptables;
  const otherBackend = new Map([['ipv4' as const, { ...other, backend: 'legacy' as const }]]);
  const both = { ...rules.iptables, otherBackend };

  it('stay when nothing is said of them', () => {
    const { families, sysctls } = rules.iptables;
    assert.deepEqual(planChange(both, { families, sysctls }, facts).steps, []);
  });

  it('go when they are not wanted, and come back', () => {
    const take = planChange(both, { ...rules.iptables, otherBackend: new Map() }, facts);
    assert.ok(take.steps.length > 0);
    assert.ok(take.steps.every(({ argv }) => argv.join(' ').includes('legacy')));
    const back = planChange({ ...rules.iptables, otherBackend: new Map() }, both, facts);
    assert.equal(back.added, take.removed);
  });
});
