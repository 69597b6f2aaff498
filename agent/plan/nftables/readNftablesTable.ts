import type { IpFamily } from '../../model/address.ts';
import type { NftablesChain, NftablesSet, NftablesTable } from '../../model/serviceRules.ts';
import { ListLines } from './listLines.ts';
import { readListedSet } from './readListedSet.ts';

/**
 * Reads kube-proxy's table of a family from `nft list table` or `nft list ruleset`, with or without `-a`. It is one
 * pass over the lines as nft lays them out, since the text may have many megabytes; what else may stand in a rule set
 * is not looked into.
 *
 * @returns undefined when the table is not there
 */
export function readNftablesTable(listText: string, family: IpFamily): NftablesTable | undefined {
  const start = tableStart(listText, `table ${family === 'ipv4' ? 'ip' : 'ip6'} kube-proxy {`);
  if (start === undefined) return undefined;
  const lines = new ListLines(listText, start);
  lines.next();
  const hasHandles = lines.rest().includes('# handle ');
  const chains = new Map<string, NftablesChain>();
  const sets = new Map<string, NftablesSet>();
  let comment: string | undefined;
  while (lines.next() && lines.depth > 0) {
    if (lines.startsWith('chain ')) chains.set(blockName(lines), readChain(lines, hasHandles));
    else if (lines.startsWith('set ')) sets.set(blockName(lines), readListedSet(lines, 'set'));
    else if (lines.startsWith('map ')) sets.set(blockName(lines), readListedSet(lines, 'map'));
    else if (lines.startsWith('comment ')) comment = quotedText(lines);
    else if (lines.text.charCodeAt(lines.end - 1) === openBrace) lines.skipBlock(1);
  }
  return { comment, chains, sets };
}

const openBrace = 123;

function tableStart(text: string, header: string): number | undefined {
  if (text.startsWith(header)) return 0;
  const at = text.indexOf(`\n${header}`);
  return at === -1 ? undefined : at + 1;
}

/** `service-ips` of `map service-ips { # handle 5`. */
function blockName(lines: ListLines): string {
  const start = lines.text.indexOf(' ', lines.start) + 1;
  return lines.text.slice(start, lines.text.indexOf(' ', start));
}

/** What stands between the first quotation mark of a line and its last one. */
function quotedText(lines: ListLines): string {
  const text = lines.rest();
  return text.slice(text.indexOf('"') + 1, text.lastIndexOf('"'));
}

function readChain(lines: ListLines, hasHandles: boolean): NftablesChain {
  let hook: string | undefined;
  let comment: string | undefined;
  const rules: string[] = [];
  while (lines.next() && lines.depth > 1) {
    if (lines.startsWith('type ')) hook = lines.rest();
    else if (lines.startsWith('comment ')) comment = quotedText(lines);
    else rules.push(hasHandles ? lines.rest().replace(/ # handle \d+$/, '') : lines.rest());
  }
  return { hook, comment, rules };
}
