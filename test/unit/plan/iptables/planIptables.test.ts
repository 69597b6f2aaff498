import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileIptables } from '../../../../agent/compile/iptables/compileIptables.ts';
import { resolveServices } from '../../../../agent/compile/resolveServices.ts';
import type { IptablesRules } from '../../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../../agent/model/snapshot.ts';
import type { KubernetesObjects } from '../../../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../../../agent/objects/readObjects.ts';
import { planIptables } from '../../../../agent/plan/iptables/planIptables.ts';
import { readIptablesRules } from '../../../../agent/plan/iptables/readIptablesRules.ts';
import { caseFolder } from '../../../golden/cases.ts';
import { objectLines } from '../../../peers/generatedObjects.ts';
import { mixedObjects } from '../../../peers/mixedObjects.ts';
import { EditedObjects } from '../../../support/editedObjects.ts';
import { recordedOptions } from '../../compile/iptables/recordedOptions.ts';
import { frontends } from './frontends.ts';
import { SimulatedIptables } from './simulatedIptables.ts';

const backends: readonly IptablesBackend[] = ['nf_tables', 'legacy'];
const nothing: IptablesRules = { backend: undefined, tables: new Map() };

function compiled(objects: KubernetesObjects): IptablesRules {
  return compileIptables(resolveServices(objects, recordedOptions, 'ipv4'), recordedOptions, 'ipv4');
}

function someObjects(seed: number, services: number): KubernetesObjects {
  return readObjects(objectLines(mixedObjects(seed, services)), 'objects.jsonl').objects;
}

function recorded(mode: 'iptables' | 'ipvs'): IptablesRules {
  const text = readFileSync(join(caseFolder('mixed-60', mode), 'iptables-save.txt'), 'utf8');
  return readIptablesRules(text, undefined);
}

function plain({ tables }: IptablesRules): unknown {
  return Object.fromEntries(
    [...tables].map(([name, { chains, hooks }]) => [
      name,
      { chains: Object.fromEntries(chains), hooks: Object.fromEntries(hooks) },
    ]),
  );
}

/** Runs the plan from what a kernel holds; returns the lines written. */
function change(
  kernel: SimulatedIptables,
  desired: IptablesRules,
  backend: IptablesBackend,
  committed?: () => void,
): readonly string[] {
  const { steps } = planIptables(readIptablesRules(kernel.save(), backend), desired, 'ipv4');
  for (const step of steps) kernel.run(step, committed);
  const left = readIptablesRules(kernel.save(), backend);
  assert.deepEqual(plain(left), plain(desired));
  assert.deepEqual(planIptables(left, desired, 'ipv4').steps, []);
  return steps.flatMap(({ stdin }) => stdin.trimEnd().split('\n'));
}

for (const backend of backends) {
  describe(`a plan for iptables on ${backend}`, () => {
    for (const services of [60, 500]) {
      it(`leads from nothing to ${services} Services and back, without touching rules of others`, () => {
        const kernel = SimulatedIptables.holding(nothing);
        kernel.table('nat').set('FOREIGN', ['-j RETURN']);
        kernel.table('nat').get('PREROUTING')?.push('-j FOREIGN');
        const before = kernel.save();
        change(kernel, compiled(someObjects(3, services)), backend);
        change(kernel, nothing, backend);
        assert.equal(kernel.save(), before);
      });

      it(`leaves no frontend of ${services} Services alone at any moment while 100 things change`, () => {
        const edited = new EditedObjects(someObjects(4, services), 5);
        let before = compiled(edited.objects);
        const kernel = SimulatedIptables.holding(before);
        for (let round = 0; round < 3; round++) {
          for (let number = 0; number < 100; number++) edited.edit();
          const after = compiled(edited.objects);
          const [old, new_] = [
            frontends(SimulatedIptables.holding(before)),
            frontends(SimulatedIptables.holding(after)),
          ];
          let commits = 0;
          change(kernel, after, backend, () => {
            commits++;
            const now = frontends(kernel);
            for (const [frontend, { endpoints }] of old) {
              const wanted = new_.get(frontend);
              if (wanted === undefined) continue;
              const found = now.get(frontend);
              assert.ok(found, `commit ${commits}: nobody takes ${frontend}`);
              const known = new Set([...endpoints, ...wanted.endpoints]);
              assert.deepEqual(
                [...found.endpoints].filter((endpoint) => !known.has(endpoint)),
                [],
                frontend,
              );
              assert.ok(found.isRefused || found.endpoints.size > 0, `commit ${commits}: ${frontend} leads nowhere`);
            }
          });
          before = after;
        }
      });
    }

    it('leads from either mode to the other, and each chain and hook turns at once', () => {
      const [iptables, ipvs] = [recorded('iptables'), recorded('ipvs')];
      const kernel = SimulatedIptables.holding(iptables);
      const states = [kernel.rules('nat', 'KUBE-SERVICES').join('\n')];
      const watch = (): void => {
        const state = kernel.rules('nat', 'KUBE-SERVICES').join('\n');
        if (state !== states.at(-1)) states.push(state);
        assert.ok(kernel.rules('nat', 'PREROUTING').some((rule) => rule.endsWith('-j KUBE-SERVICES')));
      };
      change(kernel, ipvs, backend, watch);
      change(kernel, iptables, backend, watch);
      assert.deepEqual(
        states,
        [iptables, ipvs, iptables].map(({ tables }) => tables.get('nat')?.chains.get('KUBE-SERVICES')?.join('\n')),
      );
    });

    it('writes a few lines for one endpoint, wherever it is in its Service', () => {
      const objects = someObjects(6, 40);
      const [first] = objects.endpointSlices.filter(
        ({ endpoints, ports }) => endpoints.length > 3 && ports.length === 1,
      );
      assert.ok(first);
      const all = compiled(objects);
      for (const gone of first.endpoints) {
        const fewer = { ...first, endpoints: first.endpoints.filter((endpoint) => endpoint !== gone) };
        const slices = objects.endpointSlices.map((slice) => (slice === first ? fewer : slice));
        const less = compiled({ ...objects, endpointSlices: slices });
        for (const [from, to] of [
          [all, less],
          [less, all],
        ] as const) {
          const lines = change(SimulatedIptables.holding(from), to, backend);
          assert.ok(lines.length <= 12, lines.join('\n'));
        }
      }
    });

    it('says what it changes, and of which Service', () => {
      const objects = someObjects(8, 30);
      const [service] = objects.services.filter(({ name }) => name.endsWith('-4'));
      assert.ok(service);
      const without = { ...objects, services: objects.services.filter((other) => other !== service) };
      const { changes } = planIptables({ ...compiled(without), backend }, compiled(objects), 'ipv4');
      assert.ok(changes.length > 8);
      assert.deepEqual([...new Set(changes.map((change) => change.service))], [`${service.namespace}/${service.name}`]);
      const back = planIptables({ ...compiled(objects), backend }, compiled(without), 'ipv4').changes;
      const key = ({ place, text }: (typeof changes)[number]): string => `${place} ${text}`;
      assert.deepEqual(back.map(key).sort(), changes.map(key).sort());
      assert.deepEqual([...new Set([...changes, ...back].map(({ sign }) => sign))], ['+', '-']);
    });
  });
}

describe('a large plan for iptables on nf_tables', () => {
  const desired = compiled(someObjects(3, 500));
  const { steps } = planIptables({ backend: 'nf_tables', tables: new Map() }, desired, 'ipv4');

  it('makes chains in many transactions before any packet can reach them', () => {
    const kernel = SimulatedIptables.holding(nothing);
    const [make, turn, ...others] = steps;
    assert.ok(make?.phase === 'make' && turn?.phase === 'turn');
    assert.deepEqual(others, []);
    let commits = 0;
    kernel.run(make, () => commits++);
    assert.ok(commits > 4, `${commits} transactions`);
    for (const table of ['filter', 'nat', 'mangle']) {
      for (const chain of ['INPUT', 'FORWARD', 'OUTPUT', 'PREROUTING', 'POSTROUTING']) {
        assert.deepEqual(kernel.rules(table, chain), []);
      }
    }
    kernel.run(turn);
    assert.deepEqual(plain(readIptablesRules(kernel.save(), 'nf_tables')), plain(desired));
  });

  it('names the program of the backend, or the one that is given', () => {
    const programs = (['nf_tables', 'legacy', undefined] as const).map(
      (backend) => planIptables({ backend, tables: new Map() }, desired, 'ipv6').steps[0]?.argv[0],
    );
    assert.deepEqual(programs, ['ip6tables-nft-restore', 'ip6tables-legacy-restore', 'ip6tables-restore']);
    const given = planIptables(nothing, desired, 'ipv4', 'iptables-restore').steps.map(({ argv }) => argv[0]);
    assert.deepEqual([...new Set(given)], ['iptables-restore']);
  });
});

describe('a plan that takes everything away', () => {
  it('is due when something else has taken over', () => {
    for (const [services, phases] of [
      [20, ['break']],
      [500, ['turn', 'break']],
    ] as const) {
      const { steps } = planIptables({ ...compiled(someObjects(3, services)), backend: 'nf_tables' }, nothing, 'ipv4');
      assert.deepEqual(
        steps.map(({ phase }) => phase),
        phases,
      );
    }
  });
});
