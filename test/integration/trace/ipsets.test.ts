import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Locator } from '../../../agent/interpret/locator.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import { parseIpsetSave } from '../../../agent/ruleset/ipset/parse.ts';
import { ipSets } from '../../../agent/trace/ipset/ipSets.ts';
import type { TracedAddress, TracedPacket } from '../../../agent/trace/packet.ts';
import { tracedAddress } from '../../../agent/trace/tracedAddress.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { SeededRandom } from '../iptables/ruleGenerator.ts';

const entriesPerSet = 30;
const questionsPerSet = 40;

interface SetPlan {
  readonly type: string;
  readonly options: string;
  readonly family: IpFamily;
}

const plans: readonly SetPlan[] = [
  { type: 'bitmap:ip', options: 'range 10.0.0.0/24', family: 'ipv4' },
  { type: 'bitmap:ip', options: 'range 10.0.0.0/16 netmask 28', family: 'ipv4' },
  { type: 'bitmap:port', options: 'range 0-100', family: 'ipv4' },
  ...(['ipv4', 'ipv6'] as const).flatMap((family): SetPlan[] => {
    const option = family === 'ipv4' ? '' : 'family inet6 ';
    return [
      { type: 'hash:ip', options: `${option}timeout 1000`, family },
      { type: 'hash:ip', options: `${option}netmask ${family === 'ipv4' ? 28 : 124}`, family },
      { type: 'hash:ip', options: `${option}bitmask ${family === 'ipv4' ? '255.255.0.7' : 'ffff::7'}`, family },
      ...['hash:ip,port', 'hash:ip,port,ip', 'hash:ip,port,net', 'hash:net', 'hash:net,port', 'hash:net,iface'].map(
        (type) => ({ type, options: option, family }),
      ),
      ...['hash:net,net', 'hash:net,port,net', 'hash:ip,mark'].map((type) => ({ type, options: option, family })),
    ];
  }),
];

const protocols = { tcp: 6, udp: 17, sctp: 132, icmp: 1, gre: 47 } as const;
type Protocol = keyof typeof protocols;

/** Values from a range so small that entries and packets meet. */
class SmallWorld {
  readonly #random: SeededRandom;
  readonly #family: IpFamily;

  constructor(random: SeededRandom, family: IpFamily) {
    this.#random = random;
    this.#family = family;
  }

  pick<T>(values: readonly T[]): T {
    return this.#random.pick(values);
  }

  address(): string {
    const [high, low] = [this.#random.below(2), 1 + this.#random.below(30)];
    return this.#family === 'ipv4' ? `10.0.${high}.${low}` : `fd00::${high}:${low.toString(16)}`;
  }

  network(): string {
    const lengths = this.#family === 'ipv4' ? [16, 24, 27, 29, 30, 31, 32] : [64, 112, 123, 125, 127, 128];
    return `${this.address()}/${this.pick(lengths)}`;
  }

  port(): number {
    return 80 + this.#random.below(4);
  }

  device(): string {
    return this.pick(['eth0', 'eth1', 'lo']);
  }

  mark(): number {
    return this.#random.below(8);
  }
}

function entryOf(world: SmallWorld, { type, family }: SetPlan): string {
  const isBitmap = type === 'bitmap:port';
  const parts = dimensionsOf(type).map((dimension) => {
    // Packets may be out of a bitmap's range, entries not.
    if (type === 'bitmap:ip') return world.address().replace('10.0.1.', '10.0.0.');
    if (dimension === 'ip') return world.address();
    if (dimension === 'net') return world.network();
    if (dimension === 'mark') return String(world.mark());
    if (dimension === 'iface') return world.pick(['eth0', 'eth1', 'lo']);
    if (isBitmap) return String(world.port());
    const icmp = family === 'ipv4' ? ['icmp:echo-request', 'icmp:13/0', 'gre:0'] : ['icmpv6:echo-request'];
    return world.pick(['tcp', 'tcp', 'udp', 'sctp'].map((protocol) => `${protocol}:${world.port()}`).concat(icmp));
  });
  const nomatch = type.includes('net') ? world.pick(['', '', '', ' nomatch']) : '';
  const wildcard = type.includes('iface') ? world.pick(['', '', ' wildcard']) : '';
  return `${parts.join(',')}${nomatch}${wildcard}`.replace(/eth[01] (?=.*wildcard)|eth[01](?= wildcard)/, 'eth');
}

function dimensionsOf(type: string): string[] {
  return type.replace(/^\w+:/, '').split(',');
}

/** A packet, the directions of its lookup, and what `ipset test` is asked for the same. */
function question(world: SmallWorld, { type, family }: SetPlan) {
  const protocol: Protocol = world.pick(['tcp', 'tcp', 'tcp', 'udp', 'sctp', 'icmp', 'gre']);
  const number = protocol === 'icmp' && family === 'ipv6' ? 58 : protocols[protocol];
  const hasPorts = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp';
  const [source, destination] = [address(world.address()), address(world.address())];
  const ends = {
    source,
    destination,
    sourcePort: hasPorts ? world.port() : undefined,
    destinationPort: hasPorts ? world.port() : undefined,
  };
  const packet: TracedPacket = {
    ...ends,
    family,
    protocol: number,
    icmp: protocol === 'icmp' ? { type: family === 'ipv4' ? 8 : 128, code: 0 } : undefined,
    tcpFlags: [],
    mark: world.mark(),
    inDevice: world.device(),
    outDevice: world.device(),
    connection: {
      state: 'new',
      original: ends,
      isDestinationTranslated: false,
      isSourceTranslated: false,
      mark: 0,
    },
    isFromIpvs: false,
  };
  const directions = dimensionsOf(type).map((): 'src' | 'dst' => world.pick(['src', 'dst']));
  const words = dimensionsOf(type).map((dimension, at) => {
    const isSource = directions[at] === 'src';
    if (dimension === 'mark') return String(packet.mark);
    if (dimension === 'iface') return (isSource ? packet.inDevice : packet.outDevice) ?? '';
    if (dimension !== 'port') return (isSource ? source : destination).text;
    const port = isSource ? packet.sourcePort : packet.destinationPort;
    if (type === 'bitmap:port') return protocol === 'tcp' || protocol === 'udp' ? String(port) : '101';
    if (protocol === 'icmp') return family === 'ipv4' ? 'icmp:echo-request' : 'icmpv6:echo-request';
    return `${protocol}:${port ?? 0}`;
  });
  return { packet, directions, element: words.join(',') };
}

function address(text: string): TracedAddress {
  const found = tracedAddress(text);
  assert.ok(found, text);
  return found;
}

/** Makes the planned sets with random entries. @returns those that this kernel has */
function makeSets(node: NetworkNamespace, random: SeededRandom): readonly (SetPlan & { readonly name: string })[] {
  const made: (SetPlan & { readonly name: string })[] = [];
  for (const [index, plan] of plans.entries()) {
    const name = `s${index}`;
    const created = node.run('ipset', ['create', name, plan.type, ...plan.options.trim().split(/\s+/).filter(Boolean)]);
    if (created.status !== 0) {
      assert.match(created.stderr, /set type not supported|kernel is behind/);
      continue;
    }
    const world = new SmallWorld(random, plan.family);
    const lines = Array.from({ length: entriesPerSet }, () => `add -exist ${name} ${entryOf(world, plan)}\n`);
    node.output('ipset', ['restore'], lines.join(''));
    made.push({ ...plan, name });
  }
  return made;
}

describe('IP sets', () => {
  for (const seed of [1, 2, 3, 4]) {
    it(`hold what the kernel says (seed ${seed})`, (context) => {
      const random = new SeededRandom(seed);
      using node = new NetworkNamespace('sets');
      const made = makeSets(node, random);
      const text = node.output('ipset', ['save']);
      const document = parseIpsetSave(text);
      assert.deepEqual(document.problems, []);
      const part = {
        id: 'ipset-save',
        kind: 'ipset-save',
        source: [],
        status: 'complete',
        durationMs: 0,
        text,
      } as const;
      const sets = ipSets([{ part, document, locator: new Locator(part.id, text) }]);

      const asked = made.flatMap((plan) => {
        const world = new SmallWorld(random, plan.family);
        return Array.from({ length: questionsPerSet }, () => ({ name: plan.name, ...question(world, plan), plan }));
      });
      const script = 'while read set element; do ipset -q test "$set" "$element" && echo in || echo out; done';
      const lines = asked.map(({ name, element }) => `${name} ${element}\n`);
      const answers = node.output('sh', ['-c', script], lines.join('')).trimEnd().split('\n');
      assert.equal(answers.length, asked.length);
      const differences = asked.flatMap(({ name, plan, element, directions, packet }, index) => {
        const ours = sets.test(name, directions, packet);
        const kernel = answers[index];
        return ours.kind === kernel ? [] : [{ ...plan, element, kernel, ours }];
      });
      const found = answers.filter((answer) => answer === 'in').length;
      context.diagnostic(
        `${made.length} of ${plans.length} kinds of sets; ${found} of ${asked.length} packets in them`,
      );
      assert.deepEqual(differences, []);
      assert.ok(found > 0 && found < asked.length);
    });
  }
});
