import { readCommand } from './commandPart.ts';

/**
 * Lists the tables of nftables, for {@link tablesOf}. `nft list tables` would first read every rule, and take minutes
 * for thousands of Services that iptables-nft wrote (nft 1.0.6); flowtables, of which there hardly are any, are listed by
 * table too, and quickly.
 */
export const listTablesCommand = readCommand('nft', 'list', 'flowtables');

/** The tables that {@link listTablesCommand} printed: `ip nat`. */
export function tablesOf(printed: string): readonly string[] {
  return [...printed.matchAll(/^table (\S+ \S+) \{$/gm)].flatMap(([, table]) => table ?? []);
}
