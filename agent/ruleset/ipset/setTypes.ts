import type { IpsetDimension } from './document.ts';

/** The commands that stand in `ipset restore` input, with their short forms (`ipset help`, ipset 7.17). */
const commandSpellings: readonly { readonly name: string; readonly spellings: readonly string[] }[] = [
  { name: 'create', spellings: ['create', 'new', '-N'] },
  { name: 'add', spellings: ['add', '-A'] },
  { name: 'del', spellings: ['del', '-D'] },
  { name: 'test', spellings: ['test', '-T'] },
  { name: 'destroy', spellings: ['destroy', 'x', '-X'] },
  { name: 'list', spellings: ['list', '-L'] },
  { name: 'save', spellings: ['save', '-S'] },
  { name: 'flush', spellings: ['flush', '-F'] },
  { name: 'rename', spellings: ['rename', 'e', '-E'] },
  { name: 'swap', spellings: ['swap', 'w', '-W'] },
  { name: 'quit', spellings: ['quit'] },
  { name: 'COMMIT', spellings: ['COMMIT'] },
];

/** The command that ipset takes `word` for: any prefix of a name will do, also behind two dashes. */
export function ipsetCommandName(word: string): string | undefined {
  const prefix = word.startsWith('--') ? word.slice(2) : word;
  if (prefix === '' || prefix === '-') return undefined;
  return commandSpellings.find(({ spellings }) => spellings.some((spelling) => spelling.startsWith(prefix)))?.name;
}

const dimensionWords: ReadonlySet<string> = new Set<IpsetDimension>([
  'ip',
  'net',
  'port',
  'mac',
  'iface',
  'mark',
  'set',
]);

function isDimension(word: string): word is IpsetDimension {
  return dimensionWords.has(word);
}

/** All set types of ipset 7.17. */
const knownTypes: ReadonlySet<string> = new Set([
  'bitmap:ip',
  'bitmap:ip,mac',
  'bitmap:port',
  'hash:ip',
  'hash:mac',
  'hash:ip,mac',
  'hash:net',
  'hash:net,net',
  'hash:ip,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:net,port',
  'hash:net,port,net',
  'hash:net,iface',
  'hash:ip,mark',
  'list:set',
]);

/** Whether a word looks like a set's type, known or not. */
export function isIpsetTypeWord(word: string): boolean {
  return /^(?:bitmap|hash|list):/.test(word);
}

/** The dimensions that a type's name spells out; undefined for a type that ipset 7.17 does not have. */
export function ipsetDimensions(type: string): readonly IpsetDimension[] | undefined {
  if (!knownTypes.has(type)) return undefined;
  return type
    .slice(type.indexOf(':') + 1)
    .split(',')
    .filter(isDimension);
}

/** Whether sets of this type have a family. */
export function hasFamily(type: string): boolean {
  return type.startsWith('hash:') && type !== 'hash:mac';
}

type OptionArity = 'flag' | 'value';

const createOptions: ReadonlyMap<string, OptionArity> = new Map([
  ...['family', 'hashsize', 'maxelem', 'bucketsize', 'initval', 'timeout', 'range', 'netmask', 'bitmask'].map(valued),
  ...['markmask', 'size', 'from', 'to', 'network', 'gc', 'probes', 'resize'].map(valued),
  ...['counters', 'comment', 'skbinfo', 'forceadd', '-4', '-6', '-exist', '-!'].map(flag),
]);

const entryOptions: ReadonlyMap<string, OptionArity> = new Map([
  ...['timeout', 'packets', 'bytes', 'comment', 'skbmark', 'skbprio', 'skbqueue', 'before', 'after'].map(valued),
  ...['nomatch', 'wildcard', '-exist', '-!'].map(flag),
]);

function valued(name: string): [string, OptionArity] {
  return [name, 'value'];
}

function flag(name: string): [string, OptionArity] {
  return [name, 'flag'];
}

/** Whether an option of `create` or `add` takes a value; undefined when there is no such option. */
export function ipsetOptionArity(place: 'create' | 'add', name: string): OptionArity | undefined {
  return (place === 'create' ? createOptions : entryOptions).get(name);
}
