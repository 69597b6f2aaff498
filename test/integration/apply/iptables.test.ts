import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { IptablesRules } from '../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { planIptables } from '../../../agent/plan/iptables/planIptables.ts';
import { readIptablesRules } from '../../../agent/plan/iptables/readIptablesRules.ts';
import type { PlanStep } from '../../../agent/plan/planStep.ts';
import { caseFolder } from '../../golden/cases.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { mixedObjects } from '../../peers/mixedObjects.ts';
import { assertStands, backends, compiledRules, families, IptablesKernel, noRules } from './iptablesKernel.ts';

function setRules(seed: number, kernel: IptablesKernel): IptablesRules {
  const { objects, options } = generatedSet(seed);
  return compiledRules(readObjects(objectLines(objects), 'objects.jsonl').objects, options, kernel.family);
}

for (const backend of backends) {
  for (const family of families) {
    describe(`the kernel after iptables rules were applied: ${backend}, ${family}`, () => {
      it('holds what each of several sets of Services asks for, and all else as it was', () => {
        using kernel = new IptablesKernel(backend, family);
        const foreign = kernel.foreignLines();
        let current: IptablesRules = noRules;
        for (const seed of [1, 2, 3, 4, 5, 6, 80]) {
          const desired = setRules(seed, kernel);
          kernel.change(current, desired);
          assertStands(kernel, desired);
          current = desired;
        }
        assert.ok((current.tables.get('nat')?.chains.size ?? 0) > 50);
        assert.equal(kernel.foreignLines(), foreign);
        kernel.change(kernel.read(), noRules);
        assertStands(kernel, noRules);
        assert.doesNotMatch(kernel.save(), /:KUBE-S/);
        assert.equal(kernel.foreignLines(), foreign);
      });

      it('goes back to what was read from it', () => {
        using kernel = new IptablesKernel(backend, family);
        const first = setRules(8, kernel);
        kernel.change(noRules, first);
        const before = kernel.read();
        kernel.change(before, setRules(9, kernel));
        kernel.change(kernel.read(), before);
        assertStands(kernel, first);
      });

      it('loses chains that it has too many, rules that are in the wrong place, and hooks of another mode', () => {
        using kernel = new IptablesKernel(backend, family);
        const desired = setRules(2, kernel);
        kernel.change(noRules, desired);
        const foreign = kernel.foreignLines();
        kernel.restore(
          [
            '*nat',
            ':KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]',
            ':KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]',
            ':KUBE-LOAD-BALANCER - [0:0]',
            '-A KUBE-SVC-AAAAAAAAAAAAAAAA -j KUBE-SEP-AAAAAAAAAAAAAAAA',
            '-A KUBE-SERVICES -j KUBE-SVC-AAAAAAAAAAAAAAAA',
            '-A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ',
            '-I KUBE-POSTROUTING -j KUBE-SVC-AAAAAAAAAAAAAAAA',
            '-I PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
            'COMMIT',
            '*filter',
            ':KUBE-IPVS-FILTER - [0:0]',
            '-I INPUT -m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER',
            '-D FORWARD 1',
            '-D KUBE-FORWARD 2',
            'COMMIT',
            '',
          ].join('\n'),
        );
        kernel.change(kernel.read(), desired);
        assertStands(kernel, desired);
        assert.equal(kernel.foreignLines(), foreign);
      });

      it('keeps a chain to which a rule of somebody else leads, without rules', () => {
        using kernel = new IptablesKernel(backend, family);
        const desired = setRules(2, kernel);
        kernel.change(noRules, desired);
        kernel.iptables('-t nat -A FOREIGN-NAT -j KUBE-MARK-MASQ');
        kernel.change(kernel.read(), noRules);
        const left = kernel.read();
        assert.deepEqual([...(left.tables.get('nat')?.chains ?? [])], [['KUBE-MARK-MASQ', []]]);
        assert.deepEqual(planIptables(left, noRules, family).steps, []);
        kernel.change(left, desired);
        assertStands(kernel, desired);
      });
    });
  }
}

describe('rules of more Services than one transaction of nf_tables is for', () => {
  it('come in several, change in several, and go in several', () => {
    using kernel = new IptablesKernel('nf_tables', 'ipv4');
    const { options } = generatedSet(2);
    const rules = (services: number): IptablesRules =>
      compiledRules(readObjects(objectLines(mixedObjects(9, services)), 'objects.jsonl').objects, options, 'ipv4');
    const foreign = kernel.foreignLines();
    const commits = (steps: readonly PlanStep[]): Record<string, number> =>
      Object.fromEntries(steps.map(({ phase, stdin }) => [phase, stdin.match(/^COMMIT$/gm)?.length ?? 0]));
    // With 700, rules of endpoints have no comments any more, so that all chains change.
    const [few, many] = [rules(250), rules(700)];
    const made = commits(kernel.change(noRules, many));
    assertStands(kernel, many);
    const changed = commits(kernel.change(kernel.read(), few));
    assertStands(kernel, few);
    const changedBack = commits(kernel.change(few, many));
    assertStands(kernel, many);
    const gone = commits(kernel.change(kernel.read(), noRules));
    assertStands(kernel, noRules);
    assert.equal(kernel.foreignLines(), foreign);
    const several = [made['make'], changed['turn'], changed['break'], changedBack['make'], gone['break']];
    assert.ok(
      several.every((count) => (count ?? 0) > 1),
      several.join(' '),
    );
  });
});

describe('the rules of ipvs mode', () => {
  const recorded = (file: string): string => readFileSync(join(caseFolder('mixed-60', 'ipvs'), file), 'utf8');
  // Without those that match virtual servers, for which the kernel of the tests need not have the module.
  const ipvs = readIptablesRules(recorded('iptables-save.txt').replaceAll(/^.* -m ipvs .*\n/gm, ''), undefined);

  for (const backend of backends) {
    it(`take the place of those of iptables mode, and these theirs: ${backend}`, () => {
      using kernel = new IptablesKernel(backend, 'ipv4');
      kernel.makeSets(recorded('ipset-save.txt'));
      const foreign = kernel.foreignLines();
      const iptables = setRules(2, kernel);
      for (const desired of [ipvs, iptables, ipvs, noRules]) {
        kernel.change(kernel.read(), desired);
        assertStands(kernel, desired);
        assert.equal(kernel.foreignLines(), foreign);
      }
    });
  }
});

describe('the rules that kubelet makes too', () => {
  const kubelet = [
    '*mangle',
    ':KUBE-IPTABLES-HINT - [0:0]',
    ':KUBE-KUBELET-CANARY - [0:0]',
    'COMMIT',
    '*filter',
    ':KUBE-FIREWALL - [0:0]',
    '-I INPUT -j KUBE-FIREWALL',
    '-I OUTPUT -j KUBE-FIREWALL',
    '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
    'COMMIT',
    '',
  ].join('\n');

  for (const backend of backends) {
    it(`stay when kube-proxy's come and go: ${backend}`, () => {
      using kernel = new IptablesKernel(backend, 'ipv4');
      kernel.restore(kubelet);
      const withKubelet = kernel.foreignLines();
      const before = kernel.read();
      const desired = setRules(2, kernel);
      kernel.change(before, desired);
      assert.deepEqual(planIptables(kernel.read(), desired, 'ipv4').steps, []);
      kernel.change(kernel.read(), noRules);
      assert.deepEqual(kernel.read(), before);
      assert.equal(kernel.foreignLines(), withKubelet);
      assert.equal(
        readIptablesRules(kernel.save(), backend).tables.get('filter')?.chains.get('KUBE-FIREWALL')?.length,
        1,
      );
    });
  }
});
