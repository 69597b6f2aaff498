import type { IpFamily } from '../../model/address.ts';
import type { NftablesChain, NftablesSet, NftablesTable } from '../../model/serviceRules.ts';
import { elementText } from '../../plan/nftables/nftScript.ts';
import { fieldOf } from './jsonValue.ts';

/** kube-proxy's tables. */
const proxyTables: Readonly<Record<IpFamily, string>> = { ipv4: 'ip kube-proxy', ipv6: 'ip6 kube-proxy' };

/** What `nft list ruleset` printed, without kube-proxy's tables. */
export function nftTextWithoutProxy(text: string): string {
  return Object.values(proxyTables).reduce(withoutTable, text);
}

/** A table ends with the first closing brace at the beginning of a line, as nft lays it out. */
function withoutTable(text: string, table: string): string {
  const header = `table ${table} {`;
  const start = `\n${text}`.indexOf(`\n${header}`);
  if (start === -1) return text;
  const end = text.indexOf('\n}', start);
  return text.slice(0, start) + (end === -1 ? '' : text.slice(end + 2).replace(/^\n/, ''));
}

/** What `nft -j list ruleset` printed, without kube-proxy's tables; undefined when nothing is left, or it is no JSON. */
export function nftJsonWithoutProxy(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const items = fieldOf(value, 'nftables');
  if (!Array.isArray(items)) return undefined;
  const others = items.filter((item: unknown) => !isOfProxy(item));
  return others.some((item) => fieldOf(item, 'table') !== undefined) ? JSON.stringify({ nftables: others }) : undefined;
}

function isOfProxy(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const [kind] = Object.keys(item);
  const thing = fieldOf(item, kind ?? '');
  const table = fieldOf(thing, kind === 'table' ? 'name' : 'table');
  return Object.values(proxyTables).includes(`${fieldOf(thing, 'family')} ${table}`);
}

/** A table as `nft list table` prints it. */
export function nftTableText(table: NftablesTable, family: IpFamily): string {
  const lines = [`table ${proxyTables[family]} {`];
  if (table.comment !== undefined) lines.push(`\tcomment "${table.comment}"`);
  for (const [name, set] of table.sets) lines.push(...setLines(name, set), '');
  for (const [name, chain] of table.chains) lines.push(...chainLines(name, chain), '');
  if (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n}\n`;
}

function setLines(name: string, set: NftablesSet): string[] {
  const { kind, type, flags, timeout, comment, elements } = set;
  const lines = [`\t${kind} ${name} {`, `\t\ttype ${type}`];
  if (flags.length > 0) lines.push(`\t\tflags ${flags.join(',')}`);
  if (timeout !== undefined) lines.push(`\t\ttimeout ${timeout}`);
  if (comment !== undefined) lines.push(`\t\tcomment "${comment}"`);
  if (elements.size > 0) {
    const texts = [...elements.keys()].map((key) => elementText(set, key));
    lines.push(`\t\telements = { ${texts.join(',\n\t\t\t     ')} }`);
  }
  return [...lines, '\t}'];
}

function chainLines(name: string, { hook, comment, rules }: NftablesChain): string[] {
  const lines = [`\tchain ${name} {`];
  if (comment !== undefined) lines.push(`\t\tcomment "${comment}"`);
  if (hook !== undefined) lines.push(`\t\t${hook}`);
  for (const rule of rules) lines.push(`\t\t${rule}`);
  return [...lines, '\t}'];
}
