import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatIpsetDefinition, formatIpsetEntry } from '../../agent/ruleset/ipset/format.ts';
import { parseIpsetSave } from '../../agent/ruleset/ipset/parse.ts';
import { printIpsetSave } from '../../agent/ruleset/ipset/print.ts';

/** Runs a command to its end; rejects when it fails. */
export type Run = (argv: readonly string[], stdin?: string) => Promise<string>;

const address = fc
  .tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 254 }))
  .map(([a, b, c]) => `10.${a}.${b}.${c}`);
const address6 = fc
  .tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 0xffff }))
  .map(([a, b]) => `fd00:${a.toString(16)}::${b.toString(16)}`);
const network = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([ip, length]) => `${ip}/${length}`);
const network6 = fc.tuple(address6, fc.integer({ min: 1, max: 128 })).map(([ip, length]) => `${ip}/${length}`);
const port = fc.oneof(
  fc
    .tuple(fc.constantFrom('tcp:', 'udp:', 'sctp:', 'udplite:', ''), fc.nat(65535))
    .map(([protocol, number]) => protocol + number),
  fc.constantFrom('icmp:echo-request', 'icmp:13/0', 'gre:0', '50:0', 'tcp:http'),
);
const mac = fc
  .array(fc.nat(255), { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
const iface = fc.constantFrom('eth0', 'physdev:veth1', 'cali123', 'br-0');
const mark = fc.nat(0xffffffff).map((number) => `0x${number.toString(16)}`);

/** Options that stand behind an entry, by the set options that allow them. */
const extensions = {
  counters: fc.tuple(fc.nat(1000), fc.nat(100_000)).map(([packets, bytes]) => `packets ${packets} bytes ${bytes}`),
  comment: fc.constantFrom('comment "two words"', 'comment plain', 'comment "back\\slash, \'quotes\' \u00e9"'),
  skbinfo: fc.constantFrom('skbmark 0x1/0xff', 'skbprio 1:10', 'skbqueue 3', 'skbmark 0x5 skbprio 1:1 skbqueue 7'),
  timeout: fc.constantFrom('timeout 0', 'timeout 100000', ''),
} as const;
type Extension = keyof typeof extensions;

interface SetPlan {
  readonly type: string;
  readonly options: string;
  readonly extensions: readonly Extension[];
  readonly element: fc.Arbitrary<string>;
}

const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((words) => words.join(','));

const plans: readonly SetPlan[] = [
  {
    type: 'bitmap:ip',
    options: 'range 10.0.0.0/24',
    extensions: ['counters', 'comment'],
    element: fc.nat(255).map((n) => `10.0.0.${n}`),
  },
  {
    type: 'bitmap:ip',
    options: 'range 10.0.0.0/8 netmask 24',
    extensions: [],
    element: fc.nat(255).map((n) => `10.${n}.1.0`),
  },
  {
    type: 'bitmap:ip,mac',
    options: 'range 10.0.0.0/24',
    extensions: ['timeout'],
    element: joined(
      fc.nat(255).map((n) => `10.0.0.${n}`),
      mac,
    ),
  },
  {
    type: 'bitmap:port',
    options: 'range 0-65535',
    extensions: ['comment', 'timeout'],
    element: fc.nat(65535).map(String),
  },
  {
    type: 'hash:ip',
    options: 'hashsize 64 maxelem 1000 forceadd',
    extensions: ['counters', 'comment', 'skbinfo', 'timeout'],
    element: address,
  },
  { type: 'hash:ip', options: 'netmask 24 bucketsize 4', extensions: [], element: address },
  { type: 'hash:ip', options: 'bitmask 255.255.0.255', extensions: [], element: address },
  { type: 'hash:ip', options: 'family inet6', extensions: ['comment'], element: address6 },
  { type: 'hash:mac', options: '', extensions: ['comment'], element: mac },
  { type: 'hash:ip,mac', options: '', extensions: [], element: joined(address, mac) },
  { type: 'hash:net', options: '', extensions: ['timeout', 'comment'], element: network },
  { type: 'hash:net', options: 'family inet6', extensions: ['counters'], element: network6 },
  { type: 'hash:net,net', options: '', extensions: ['comment'], element: joined(network, network) },
  { type: 'hash:ip,port', options: '', extensions: ['comment'], element: joined(address, port) },
  {
    type: 'hash:ip,port',
    options: 'family inet6',
    extensions: [],
    element: joined(address6, fc.constantFrom('tcp:80', 'icmpv6:echo-request', 'icmpv6:200/0')),
  },
  { type: 'hash:ip,port,ip', options: '', extensions: ['skbinfo'], element: joined(address, port, address) },
  { type: 'hash:ip,port,net', options: '', extensions: ['timeout'], element: joined(address, port, network) },
  { type: 'hash:net,port', options: '', extensions: [], element: joined(network, port) },
  { type: 'hash:net,port,net', options: '', extensions: [], element: joined(network, port, network) },
  { type: 'hash:net,iface', options: '', extensions: ['comment'], element: joined(network, iface) },
  { type: 'hash:ip,mark', options: 'markmask 0xffff', extensions: [], element: joined(address, mark) },
];
const withNomatch = /hash:(?:.*,)?net/;

/**
 * Makes sets of every type with random entries, saves them, and checks that what was parsed prints back the same and,
 * formatted from its structure, restores to the same sets.
 * @param makeNode gives a way to run ipset where no set exists yet; called twice
 * @returns the set types, with their options, that the kernel does not have
 */
export async function checkIpsetRoundTrip(makeNode: () => Promise<Run>, seed: number): Promise<readonly string[]> {
  const first = await makeNode();
  const missing = await restoreGenerated(first, seed);
  const saved = await first(['ipset', 'save']);
  const dump = parseIpsetSave(saved);
  assert.deepEqual(dump.problems, []);
  assert.equal(printIpsetSave(dump), saved);
  const formatted = dump.sets.flatMap((set) => [
    ...(set.definition ? [formatIpsetDefinition(set.name, set.definition)] : []),
    ...Array.from(set.entries(), (entry) => {
      assert.ok(entry.parts.length > 0, entry.element);
      return formatIpsetEntry(set.name, entry);
    }),
  ]);
  assert.deepEqual(formatted, saved.trimEnd().split('\n'));

  const second = await makeNode();
  await second(['ipset', 'restore'], `${formatted.join('\n')}\n`);
  assert.deepEqual(comparableLines(await second(['ipset', 'save'])), comparableLines(saved));
  return missing;
}

async function restoreGenerated(run: Run, seed: number): Promise<readonly string[]> {
  const missing: string[] = [];
  const names: string[] = [];
  for (const [index, plan] of plans.entries()) {
    const name = `s${index}-${plan.type.replaceAll(/\W/g, '-')}`;
    const options = plan.extensions.map((extension) => (extension === 'timeout' ? 'timeout 0' : extension));
    const create = ['create', name, plan.type, plan.options, ...options].join(' ');
    const created = await run(['ipset', 'restore'], `${create}\n`).catch((error: unknown) => {
      assert.match(String(error), /set type not supported|kernel is behind/);
      missing.push(`${plan.type} ${plan.options}`.trim());
      return undefined;
    });
    if (created === undefined) continue;
    names.push(name);
    const chosen = fc.tuple(...plan.extensions.map((extension) => extensions[extension]));
    const nomatch = withNomatch.test(plan.type) ? fc.constantFrom('', '', 'nomatch') : fc.constant('');
    const entries = fc.sample(fc.tuple(plan.element, chosen, nomatch), { seed: seed + index, numRuns: 60 });
    const lines = entries.map(
      ([element, words, flag]) => `add -exist ${name} ${[element, ...words, flag].join(' ')}\n`,
    );
    await run(['ipset', 'restore'], lines.join(''));
  }
  const lists = names.map((name) => `add list ${name} comment "${name} here" timeout 0\n`);
  await run(['ipset', 'restore'], `create list list:set size 64 comment timeout 0\n${lists.join('')}`);
  return missing;
}

/** Hash tables are listed in the order of a random seed, and timeouts run on. */
function comparableLines(saved: string): readonly string[] {
  return saved
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ initval 0x\w+/, '').replace(/^(add .* timeout) [1-9]\d*/, '$1 running'))
    .sort();
}
