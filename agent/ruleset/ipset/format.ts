import type { IpsetDefinition, IpsetEntry, IpsetOption } from './document.ts';
import { formatIpsetElement } from './element.ts';
import { quoteIpsetWord } from './words.ts';

/** The `create` line of a set as `ipset restore` reads it, without a line end. */
export function formatIpsetDefinition(name: string, definition: IpsetDefinition): string {
  return ['create', quoteIpsetWord(name), definition.type, ...definition.options.map(formatOption)].join(' ');
}

/** The `add` line of an entry as `ipset restore` reads it, without a line end. */
export function formatIpsetEntry(setName: string, entry: IpsetEntry): string {
  const element = entry.parts.length === 0 ? entry.element : formatIpsetElement(entry.parts);
  return ['add', quoteIpsetWord(setName), quoteIpsetWord(element), ...entry.options.map(formatOption)].join(' ');
}

function formatOption({ name, value }: IpsetOption): string {
  if (value === undefined) return name;
  return `${name} ${name === 'comment' ? `"${value}"` : quoteIpsetWord(value)}`;
}
