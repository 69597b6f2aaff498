import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assumedKernelFacts, completeProxyOptions } from '../../../../agent/compile/defaultProxyOptions.ts';
import { compileNftables } from '../../../../agent/compile/nftables/compileNftables.ts';
import type { ResolvedServicePort } from '../../../../agent/compile/resolvedService.ts';
import type { NftablesChain, NftablesTable } from '../../../../agent/model/serviceRules.ts';
import { planNftables } from '../../../../agent/plan/nftables/planNftables.ts';
import type { PlanStep } from '../../../../agent/plan/planStep.ts';
import { endpoints, servicePort } from '../../compile/nftables/servicePort.ts';

const options = completeProxyOptions({ nodeName: 'node-a', nodeIps: ['10.0.2.15'] }, assumedKernelFacts(['10.0.2.15']));

function table(...ports: readonly ResolvedServicePort[]): NftablesTable {
  return compileNftables(ports, options, 'ipv4');
}

/** Services with an address of their own each. */
function services(count: number): readonly ResolvedServicePort[] {
  return Array.from({ length: count }, (_, index) =>
    servicePort({ serviceName: `web-${index}`, clusterIp: `10.97.${index >> 8}.${index & 255}` }),
  );
}

function withChain(original: NftablesTable, name: string, change: Partial<NftablesChain>): NftablesTable {
  const chain = original.chains.get(name);
  assert.ok(chain);
  return { ...original, chains: new Map(original.chains).set(name, { ...chain, ...change }) };
}

function commands({ stdin }: PlanStep): readonly string[] {
  return stdin.split(/\n(?!\t|\})/).filter((line) => line !== '');
}

function phases(steps: readonly PlanStep[]): readonly string[] {
  return steps.map(({ phase }) => phase);
}

const [local, remote] = endpoints;
const web = servicePort();
const webWithout = servicePort({ clusterEndpoints: [local], allLocallyReachableEndpoints: [local] });
const sticky = { affinitySeconds: 60 };
const ownChain = 'service-KHN6ECMT-shop/web/tcp/http';

describe('planning nftables', () => {
  it('does nothing where nothing differs', () => {
    assert.deepEqual(planNftables(table(web), table(web), 'ipv4'), { steps: [], changes: [] });
    assert.deepEqual(planNftables(undefined, undefined, 'ipv4'), { steps: [], changes: [] });
  });

  it('changes an endpoint with two commands in one transaction', () => {
    const { steps, changes } = planNftables(table(web, ...services(50)), table(webWithout, ...services(50)), 'ipv4');
    assert.deepEqual(
      steps.map((step) => [step.phase, step.argv, commands(step)]),
      [
        [
          'turn',
          ['nft', '-f', '-'],
          [
            `flush chain ip kube-proxy ${ownChain}`,
            `add rule ip kube-proxy ${ownChain} meta l4proto tcp dnat ip addr . port to numgen random mod 1 map { 0 : 10.244.0.2 . 8080 }`,
          ],
        ],
      ],
    );
    const ofChain = { part: 'nftables', family: 'ipv4', place: `chain ${ownChain}`, service: 'shop/web' };
    const rule = (count: number, elements: string) =>
      `meta l4proto tcp dnat ip to numgen random mod ${count} map { ${elements} }`;
    assert.deepEqual(changes, [
      { ...ofChain, sign: '-', text: rule(2, '0 : 10.244.0.2 . 8080, 1 : 10.244.1.3 . 8080') },
      { ...ofChain, sign: '+', text: rule(1, '0 : 10.244.0.2 . 8080') },
    ]);
  });

  it('deletes what nothing leads to any more in a step of its own', () => {
    const { steps } = planNftables(table({ ...web, ...sticky }), table({ ...webWithout, ...sticky }), 'ipv4');
    const [turn, removal] = steps;
    assert.deepEqual(phases(steps), ['turn', 'break']);
    assert.ok(turn && removal);
    const name = `${remote.ip}/8080`;
    assert.ok(commands(turn).every((line) => !line.startsWith('delete ')));
    assert.deepEqual(
      commands(removal).map((line) => line.replace(/-[A-Z2-7]{8}-/, '-HASH-')),
      [
        `delete set ip kube-proxy affinity-HASH-shop/web/tcp/http__${name}`,
        `delete chain ip kube-proxy endpoint-HASH-shop/web/tcp/http__${name}`,
      ],
    );
    assert.ok((removal.busyForMs ?? 0) > 1000);
  });

  it('leaves the clients of the other endpoints of a Service with affinity alone', () => {
    const { steps } = planNftables(table({ ...web, ...sticky }), table({ ...webWithout, ...sticky }), 'ipv4');
    const kept = `affinity-\\S+__${local.ip}/8080`;
    const mentions = steps.flatMap(commands).filter((line) => new RegExp(kept).test(line));
    assert.ok(mentions.length > 0);
    for (const line of mentions) assert.match(line, /^add rule ip kube-proxy service-/);
  });

  it('replaces the value of an element within one transaction', () => {
    const [before, after] = [table(web), table({ ...web, clusterEndpoints: [], hasAnyEndpoints: false })];
    const { steps, changes } = planNftables(before, after, 'ipv4');
    const [turn] = steps;
    assert.ok(turn);
    const key = '10.96.0.10 . tcp . 80';
    assert.ok(commands(turn).includes(`delete element ip kube-proxy service-ips { ${key} }`));
    const rejection = `${key} comment "shop/web:http" : goto reject-chain`;
    assert.ok(commands(turn).includes(`add element ip kube-proxy no-endpoint-services { ${rejection} }`));
    const ofMaps = changes.filter(({ place }) => place.startsWith('map '));
    assert.deepEqual(
      ofMaps.map(({ sign, place, text, service }) => [sign, place, text, service]),
      [
        ['+', 'map no-endpoint-services', rejection, 'shop/web'],
        ['-', 'map service-ips', `${key} : goto ${ownChain}`, 'shop/web'],
      ],
    );
  });

  it('makes everything before the kernel calls any of it', () => {
    const { steps, changes } = planNftables(undefined, table(...services(2500)), 'ipv4');
    assert.deepEqual(phases(steps), ['make', 'make', 'make', 'make', 'turn']);
    for (const step of steps) {
      const lines = commands(step);
      assert.ok(lines.filter((line) => line.startsWith('add rule ')).length <= 1100);
      if (step.phase === 'make') assert.ok(lines.every((line) => !/ hook |^add element /.test(line)));
    }
    assert.equal(changes.filter(({ place }) => place.startsWith(`chain service-`)).length, 2501);
    assert.equal(changes.filter(({ place }) => place === 'map service-ips').length, 2501);
  });

  it('makes large changes in portions, each of whole chains', () => {
    const before = table(...services(2500));
    const after = table(
      ...services(2500).map((port) => ({ ...port, clusterEndpoints: [local], allLocallyReachableEndpoints: [local] })),
    );
    const { steps } = planNftables(before, after, 'ipv4');
    assert.deepEqual(phases(steps), ['turn', 'turn', 'turn']);
    for (const step of steps) {
      const flushed = commands(step).flatMap((line) => /^flush chain ip kube-proxy (\S+)$/.exec(line)?.[1] ?? []);
      const filled = commands(step).flatMap((line) => /^add rule ip kube-proxy (\S+) /.exec(line)?.[1] ?? []);
      assert.deepEqual(filled, flushed);
    }
  });

  it('takes many Services away after nothing leads to them', () => {
    const { steps } = planNftables(table(...services(2500)), table(), 'ipv4');
    assert.deepEqual(phases(steps), ['turn', ...Array(6).fill('break')]);
    const kinds = steps.slice(1).map((step) => [...new Set(commands(step).map((line) => line.split(' ')[0]))]);
    assert.deepEqual(kinds, [['flush'], ['flush'], ['flush'], ['delete'], ['delete'], ['delete']]);
  });

  it('makes a set anew whose timeout changes, in one transaction with the rules that use it', () => {
    const { steps } = planNftables(table({ ...web, ...sticky }), table({ ...web, affinitySeconds: 90 }), 'ipv4');
    const [turn] = steps;
    assert.deepEqual(phases(steps), ['turn']);
    assert.ok(turn);
    const words = commands(turn).map((line) => line.split(' ').slice(0, 2).join(' '));
    assert.deepEqual([...new Set(words)], ['flush chain', 'delete set', 'add set', 'add rule']);
    assert.equal(words.filter((word) => word === 'flush chain').length, 1 + endpoints.length);
    assert.ok(commands(turn).some((line) => line.endsWith('timeout 1m30s; }')));
  });

  it('makes a chain anew that hangs elsewhere', () => {
    const desired = table(web);
    const elsewhere = 'type nat hook output priority -99; policy accept;';
    const { steps, changes } = planNftables(withChain(desired, 'nat-output', { hook: elsewhere }), desired, 'ipv4');
    assert.deepEqual(steps.map(commands), [
      [
        'flush chain ip kube-proxy nat-output',
        'delete chain ip kube-proxy nat-output',
        'add chain ip kube-proxy nat-output { type nat hook output priority -100; policy accept; }',
        'add rule ip kube-proxy nat-output jump services',
      ],
    ]);
    assert.equal(changes.length, 4);
  });

  it('takes away chains of the table that kube-proxy does not have', () => {
    const desired = table(web);
    const current = {
      ...desired,
      chains: new Map([
        ...desired.chains,
        ['other', { hook: undefined, comment: undefined, rules: ['accept'] }],
        ['other-input', { hook: 'type filter hook input priority 5; policy drop;', comment: undefined, rules: [] }],
      ]),
    };
    const { steps } = planNftables(current, desired, 'ipv4');
    assert.deepEqual(
      steps.map((step) => [step.phase, commands(step)]),
      [
        [
          'turn',
          [
            'flush chain ip kube-proxy other',
            'flush chain ip kube-proxy other-input',
            'delete chain ip kube-proxy other-input',
          ],
        ],
        ['break', ['delete chain ip kube-proxy other']],
      ],
    );
  });

  it('does not mind comments of chains and sets', () => {
    const desired = table(web);
    const bare = withChain(desired, 'reject-chain', { comment: undefined });
    assert.deepEqual(planNftables({ ...bare, comment: undefined }, desired, 'ipv4').steps, []);
  });

  it('writes only rules whose order changed', () => {
    const desired = table(web);
    const current = withChain(desired, 'filter-input', {
      rules: (desired.chains.get('filter-input')?.rules ?? []).toReversed(),
    });
    const { steps, changes } = planNftables(current, desired, 'ipv4');
    assert.equal(steps.flatMap(commands).length, 3);
    assert.equal(changes.length, 4);
  });

  it('deletes the table as a whole', () => {
    const { steps, changes } = planNftables(table(web), undefined, 'ipv4');
    assert.deepEqual(
      steps.map((step) => [step.phase, commands(step)]),
      [['break', ['delete table ip kube-proxy']]],
    );
    assert.ok(changes.every(({ sign }) => sign === '-'));
    assert.ok(changes.some(({ service }) => service === 'shop/web'));
    const [step] = planNftables(compileNftables([], options, 'ipv6'), undefined, 'ipv6').steps;
    assert.equal(step?.stdin, 'delete table ip6 kube-proxy\n');
  });
});
