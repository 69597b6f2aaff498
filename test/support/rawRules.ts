import type { IpFamily } from '../../agent/model/address.ts';
import type { RuleFiles } from '../vm/ruleFiles.ts';
import { inCanonicalOrder } from './canonicalRules.ts';

/**
 * Saved rules of a family, by file, as the tools wrote them, apart from what differs between two kernels with the same rules: order
 * that means nothing, counters, handles, how big hash tables are. Unlike canonical rules these have not been read by
 * the agent, so they show also what the agent would overlook. Only texts of the same versions of the tools compare.
 */
export function rawRules(files: RuleFiles, family: IpFamily): ReadonlyMap<string, readonly string[]> {
  const raw = new Map<string, readonly string[]>();
  const isIpv6 = family === 'ipv6';
  /** The lines of the family, in files that hold both. */
  const ownLines = (text: string, sign: RegExp): string[] => lines(text).filter((line) => sign.test(line) === isIpv6);
  for (const [name, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name.endsWith('tables-save.txt')) raw.set(name, rawTables(text));
    else if (name === 'nft.json') raw.set(name, rawNftables(JSON.parse(text), isIpv6 ? 'ip6' : 'ip'));
    else if (name === 'ipvsadm-save.txt') raw.set(name, ownLines(text, /\[/).sort());
    else if (name === 'ipset-save.txt') raw.set(name, ownLines(text.replace(hashTable, ''), / KUBE-6-/).sort());
    else if (name === 'kube-ipvs0.txt')
      raw.set(
        name,
        ownLines(text, / inet6 /)
          .map(addressOf)
          .sort(),
      );
  }
  return raw;
}

const hashTable = / (?:hashsize|bucketsize|initval) (?:0x)?[0-9a-f]+/g;

/** `10.96.0.10/32` of `7: kube-ipvs0    inet 10.96.0.10/32 scope global kube-ipvs0 ...` */
function addressOf(line: string): string {
  return line.split(/\s+/)[3] ?? '';
}

/** Chains and their rules, table by table; a table without chains of its own and rules is the same as none. */
function rawTables(text: string): string[] {
  const tables: string[] = [];
  let table = '';
  let chains = new Map<string, string[]>();
  for (const line of lines(text)) {
    if (line.startsWith('*')) {
      table = line;
      chains = new Map();
    } else if (line.startsWith(':')) {
      chains.set(line.replace(/ \[\d+:\d+\]$/, ''), []);
    } else if (line.startsWith('-A ')) {
      const chain = `:${line.split(' ')[1] ?? ''} `;
      [...chains].find(([name]) => name.startsWith(chain))?.[1].push(line);
    } else if ([...chains].some(([name, rules]) => name.endsWith(' -') || rules.length > 0)) {
      const ordered = [...chains].sort(([a], [b]) => (a < b ? -1 : 1));
      tables.push([table, ...ordered.flatMap(([name, rules]) => [name, ...inCanonicalOrder(rules)])].join('\n'));
    }
  }
  return tables.sort();
}

/** kube-proxy's table of a family: its objects as sorted text; the rules of a chain in their order. */
function rawNftables(listing: unknown, family: string): string[] {
  const objects: string[] = [];
  const rules: string[] = [];
  for (const item of members(field(listing, 'nftables'))) {
    const [object] = typeof item === 'object' && item !== null ? Object.values(item) : [];
    if (field(object, 'family') !== family) continue;
    const rule = field(item, 'rule');
    const text = JSON.stringify(withoutHandles(item));
    if (rule === undefined) objects.push(text);
    // Chains are listed whole, so that a stable sort by chain keeps the order of rules.
    else rules.push(`${String(field(rule, 'table'))} ${String(field(rule, 'chain'))} ${text}`);
  }
  const chainOf = (text: string): string => text.slice(0, text.indexOf(' {'));
  return [...objects.sort(), ...rules.sort((a, b) => (chainOf(a) < chainOf(b) ? -1 : Number(chainOf(a) > chainOf(b))))];
}

/** Keys under which nft lists what is in no order. */
const unordered: ReadonlySet<string> = new Set(['elem', 'set', 'flags']);

function withoutHandles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHandles);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !['handle', 'packets', 'bytes'].includes(key));
  return Object.fromEntries(
    kept.map(([key, member]) => {
      const plain = withoutHandles(member);
      const isSet = unordered.has(key) && Array.isArray(plain);
      return [key, isSet ? plain.map((one) => JSON.stringify(one)).sort() : plain];
    }),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

function members(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Lines that hold rules; comments hold times. */
function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
