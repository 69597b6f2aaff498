import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IpFamily } from '../../../agent/model/address.ts';
import { nodeNetwork } from '../../../agent/trace/network/nodeNetwork.ts';
import type { NodeNetwork, Route, RouteQuestion } from '../../../agent/trace/nodeNetwork.ts';
import type { TracedAddress } from '../../../agent/trace/packet.ts';
import { tracedAddress } from '../../../agent/trace/tracedAddress.ts';
import { SeededRandom } from '../iptables/ruleGenerator.ts';
import { type KernelAnswer, RoutedNamespace } from './routedNamespace.ts';

const questionsPerFamily = 150;
const families = ['ipv4', 'ipv6'] as const;

interface Asked {
  /** Behind `ip route get`. */
  readonly words: string;
  readonly question: RouteQuestion;
}

function address(text: string): TracedAddress {
  const found = tracedAddress(text);
  assert.ok(found, text);
  return found;
}

/** A question by chance: of the node itself, from one of its addresses, or of a packet that comes in. */
function ask(node: RoutedNamespace, network: NodeNetwork, random: SeededRandom, family: IpFamily): Asked {
  const destination = address(node.address(family));
  const words = [destination.text];
  const mark = random.pick([0, 0, 1, 2, 3, 4]);
  const kind = random.pick(['node', 'node', 'own', 'forwarded', 'forwarded', 'bound'] as const);
  let source: TracedAddress | undefined;
  let inDevice: string | undefined;
  let outDevice: string | undefined;
  if (kind === 'own') {
    source = random.pick(
      [...(network.localAddresses?.keys() ?? [])].filter((text) => isOwn(network, family, text)).map(address),
    );
    words.push(`from ${source.text}`);
  } else if (kind === 'forwarded') {
    inDevice = random.pick(node.devices.slice(0, -1));
    source = address(family === 'ipv4' ? `198.18.0.${1 + random.below(9)}` : `2001:db8::${1 + random.below(9)}`);
    // What seems to come from the node itself is refused (__fib_validate_source), which is not routing's business.
    const back = network.route({ family, destination: source, source: destination, mark: 0, inDevice: undefined });
    if (back.type === 'local' || back.type === 'broadcast') return ask(node, network, random, family);
    words.push(`from ${source.text} iif ${inDevice}`);
  } else if (kind === 'bound') {
    outDevice = random.pick(node.devices);
    words.push(`oif ${outDevice}`);
  }
  if (mark !== 0) words.push(`mark ${mark}`);
  words.push('ipproto tcp sport 1000 dport 85');
  return {
    words: words.join(' '),
    question: {
      family,
      destination,
      source,
      mark,
      inDevice,
      ...(outDevice === undefined ? {} : { outDevice }),
      protocol: 6,
      sourcePort: 1000,
      destinationPort: 85,
    },
  };
}

/** Whether a socket can send from an address to others; from 127.0.0.1 it cannot, whatever the routes. */
function isOwn(network: NodeNetwork, family: IpFamily, text: string): boolean {
  if (text.startsWith('127.')) return false;
  return text.includes(':') === (family === 'ipv6') && network.addressType(family, address(text)) === 'local';
}

/** What both say, without what they name differently. */
function comparable(answer: KernelAnswer, { source: given }: RouteQuestion): KernelAnswer {
  const { type, device, via, source } = answer;
  // A rule that says unreachable gives the error of having no route; a route that says so, another one.
  if (type === 'none' || type === 'unreachable') return { type: 'unreachable' };
  return {
    type,
    // The kernel delivers through lo what is for the node itself.
    ...(type !== 'unicast' || device === undefined ? {} : { device }),
    ...(via === undefined ? {} : { via }),
    ...(given !== undefined || source === undefined ? {} : { source }),
  };
}

function answerOf({ type, device, via, preferredSource }: Route): KernelAnswer {
  return {
    type,
    ...(device === undefined ? {} : { device }),
    ...(via === undefined ? {} : { via: via.text }),
    ...(preferredSource === undefined ? {} : { source: preferredSource.text }),
  };
}

/** A socket that is bound to a device reaches whatever has no route through it (ip_route_output_key_hash_rcu). */
function isTakenForOnLink(route: Route, answer: KernelAnswer, { family, outDevice }: RouteQuestion): boolean {
  return (
    family === 'ipv4' &&
    outDevice !== undefined &&
    route.device === undefined &&
    answer.device === outDevice &&
    answer.via === undefined
  );
}

describe('routing', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) {
    it(`leads where the kernel says (seed ${seed})`, (context) => {
      const random = new SeededRandom(seed);
      using node = new RoutedNamespace(random);
      node.fill();
      const network = nodeNetwork({ snapshot: node.snapshot(seed % 2 === 0 ? 'text' : 'json') });
      const differences: unknown[] = [];
      let several = 0;
      for (const family of families) {
        const asked = Array.from({ length: questionsPerFamily }, () => ask(node, network, random, family));
        const answers = node.ask(
          family,
          asked.map(({ words }) => words),
        );
        for (const [index, { words, question }] of asked.entries()) {
          const answer = answers[index];
          assert.ok(answer);
          const route = network.route(question);
          const kernel = comparable(answer, question);
          const ours = comparable(answerOf(route), question);
          if (isTakenForOnLink(route, answer, question)) continue;
          if (route.assumed?.code === 'multipath-route') {
            several++;
            const ways = String(route.assumed.args['devices']).split(', ');
            if (!ways.includes(answer.via ?? answer.device ?? '')) differences.push({ words, kernel, ways });
          } else if (JSON.stringify(ours) !== JSON.stringify(kernel)) differences.push({ words, kernel, ours });
        }
      }
      context.diagnostic(`${several} of ${2 * questionsPerFamily} answers name several ways`);
      assert.deepEqual(differences, []);
    });
  }
});
