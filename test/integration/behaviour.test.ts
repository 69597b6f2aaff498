import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compileRules } from '../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules, ServiceMode, ServiceRules } from '../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../agent/model/snapshot.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { noRules } from '../../agent/plan/noRules.ts';
import { planChange } from '../../agent/plan/planChange.ts';
import {
  behaviourObjects,
  type Expectation,
  expectation,
  frontend,
  frontendKinds,
  type Sender,
  type Shape,
  senders,
  shapes,
} from '../support/behaviour/behaviourCases.ts';
import {
  gatewayAddresses,
  nodeAddresses,
  outsideAddresses,
  podCidrs,
  pods,
  ServiceNetwork,
} from '../support/behaviour/serviceNetwork.ts';

/** What puts rules into the kernel here; ipvs needs a kernel with ip_vs, and is tested in the test node. */
const engines: readonly { readonly mode: ServiceMode; readonly backend: IptablesBackend; readonly name: string }[] = [
  { mode: 'iptables', backend: 'legacy', name: 'iptables (legacy)' },
  { mode: 'iptables', backend: 'nf_tables', name: 'iptables (nf_tables)' },
  { mode: 'nftables', backend: 'nf_tables', name: 'nftables' },
];

const families = ['ipv4', 'ipv6'] as const;
const protocols = ['tcp', 'udp'] as const;

/** Connections that see where packets go, and whose shares are counted. */
const few = 8;
const many = 600;

/** Standard deviations: one in 10^9 shares is further away, and some hundred are looked at. */
const tolerance = 6;

/** Milliseconds. Nobody waits so long for an answer that comes; one that must not come would come sooner. */
const answerMs = 20_000;
const silenceMs = 400;

function inBackend(rules: ServiceRules, backend: IptablesBackend): ServiceRules {
  const withBackend = (each: FamilyRules): FamilyRules => ({ ...each, iptables: { ...each.iptables, backend } });
  return { ...rules, families: new Map([...rules.families].map(([family, each]) => [family, withBackend(each)])) };
}

/** Makes the node's rules those of the Services, by the plan that the agent would make. */
function program({ node }: ServiceNetwork, mode: ServiceMode, backend: IptablesBackend): void {
  const nodeIps = Object.values(nodeAddresses);
  const options = completeProxyOptions(
    { nodeName: 'node', nodeIps, localDetector: { kind: 'clusterCidr', cidrs: Object.values(podCidrs) } },
    assumedKernelFacts(nodeIps),
  );
  const { objects, problems } = readObjects(behaviourObjects(), 'objects');
  assert.deepEqual(problems, []);
  const desired = inBackend(compileRules(objects, options, mode), backend);
  const { steps } = planChange(noRules(families, backend), desired, { nodeIps: new Map() });
  for (const { argv, stdin } of steps) {
    const [tool, ...args] = argv;
    node.output(tool, args, stdin);
  }
  node.output('sysctl', ['-qw', 'net.ipv4.conf.all.route_localnet=1']);
}

/** The address that an endpoint sees. */
function sourceSeen(sender: Sender, endpoint: keyof typeof pods, isMasqueraded: boolean, family: IpFamily): string {
  if (isMasqueraded || sender === endpoint) return gatewayAddresses[family];
  if (sender === 'node') return nodeAddresses[family];
  return sender === 'outside' ? outsideAddresses[family] : pods[sender][family];
}

/** All answers that may come. */
function possibleAnswers(sender: Sender, expected: Expectation, family: IpFamily): readonly string[] {
  if (typeof expected === 'string') return [expected];
  return expected.endpoints.map(
    (pod) => `${pods[pod][family]} from ${sourceSeen(sender, pod, expected.masqueraded, family)}`,
  );
}

for (const { mode, backend, name } of engines) {
  describe(`packets to Services in ${name}`, () => {
    let network: ServiceNetwork;

    before(() => {
      network = new ServiceNetwork();
      program(network, mode, backend);
    });

    after(async () => {
      await network?.[Symbol.asyncDispose]();
    });

    for (const shape of shapes) {
      it(`reach what they should: ${shape.name}`, async () => {
        await Promise.all(senders.map((sender) => checkAnswers(network, shape, sender, mode)));
      });
    }

    for (const shape of shapes.filter(({ name: shapeName }) => /-(both|here)$/.test(shapeName))) {
      it(`are shared out equally: ${shape.name}`, async () => {
        for (const family of families) await checkShares(network, shape, family, mode);
      });
    }

    it('go where the first one of the client went with affinity', async () => {
      const shape = shapes.find(({ affinity }) => affinity);
      assert.ok(shape);
      for (const family of families) {
        for (const protocol of protocols) await checkAffinity(network, shape, protocol, family);
      }
    });
  });
}

async function checkAnswers(network: ServiceNetwork, shape: Shape, sender: Sender, mode: ServiceMode): Promise<void> {
  const targets = families.flatMap((family) =>
    protocols.flatMap((protocol) => frontendKinds.map((kind) => ({ family, protocol, kind }))),
  );
  await Promise.all(
    targets.map(async ({ family, protocol, kind }) => {
      const expected = expectation(shape, kind, sender, mode);
      const isSilent = expected === 'silent';
      const counts = await network.ask(sender, {
        protocol,
        ...frontend(shape, kind, protocol, family),
        count: isSilent ? 2 : few,
        patienceMs: isSilent ? silenceMs : answerMs,
      });
      const possible = possibleAnswers(sender, expected, family);
      const wrong = Object.keys(counts).filter((answer) => !possible.includes(answer));
      const what = `from ${sender} by ${protocol} (${family}) to ${kind}`;
      assert.deepEqual(wrong, [], `${what}: ${possible.join(', ')} would do`);
    }),
  );
}

async function checkShares(network: ServiceNetwork, shape: Shape, family: IpFamily, mode: ServiceMode): Promise<void> {
  for (const [sender, kind] of [
    ['pod', 'clusterIp'],
    ['outside', 'nodePort'],
  ] as const) {
    const expected = expectation(shape, kind, sender, mode);
    assert.ok(typeof expected !== 'string');
    const target = frontend(shape, kind, 'udp', family);
    const counts = await network.ask(sender, { protocol: 'udp', ...target, count: many, patienceMs: answerMs });
    const share = 1 / expected.endpoints.length;
    const deviation = Math.sqrt(many * share * (1 - share));
    for (const answer of possibleAnswers(sender, expected, family)) {
      const off = Math.abs((counts[answer] ?? 0) - many * share) / deviation;
      assert.ok(off < tolerance, `${answer}: ${counts[answer] ?? 0} of ${many}, ${off} deviations from its share`);
    }
  }
}

async function checkAffinity(
  network: ServiceNetwork,
  shape: Shape,
  protocol: 'tcp' | 'udp',
  family: IpFamily,
): Promise<void> {
  for (const sender of ['pod', 'outside'] as const) {
    const question = { protocol, ...frontend(shape, 'clusterIp', protocol, family), patienceMs: answerMs };
    const [first] = Object.keys(await network.ask(sender, { ...question, count: 1 }));
    const later = await network.ask(sender, { ...question, count: 40 });
    assert.deepEqual(Object.keys(later), [first], `${sender} by ${protocol} (${family})`);
  }
}
