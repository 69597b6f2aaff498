import type { SnapshotPart } from '../model/snapshot.ts';
import { commandPart, missingPart, readCommand } from './commandPart.ts';
import type { KernelFeatures } from './kernelFeatures.ts';
import type { Machine } from './machine.ts';
import { listTablesCommand, tablesOf } from './nftTables.ts';
import { partIfAbsent } from './partIfAbsent.ts';

const jsonIdentity = { id: 'nft.json', kind: 'nft-json' } as const;
const textIdentity = { id: 'nft.txt', kind: 'nft-text' } as const;

/** Characters of text up to which the JSON is read too: about a thousand Services with ten endpoints each. */
const maxTextForJson = 2_500_000;

/** The tables that iptables-nft makes, under the names of the legacy ones. */
const iptablesTable = /^ip6? (filter|nat|mangle|raw|security)$/;

/** Whether `iptables-save` on nf_tables showed everything that stands in its tables. */
function showsEverything(part: SnapshotPart): boolean {
  // What it prints for a table of that name with rules that only nft can express.
  return part.status === 'complete' && !part.text.includes("is incompatible, use 'nft' tool");
}

/** The parts that {@link readNftables} makes, so that they can be announced. */
export const nftablesParts = [textIdentity.id, jsonIdentity.id] as const;

/**
 * Reads the nftables rules, as text and as JSON: the text is what people read, with a line for each rule; the JSON says
 * some things more exactly. On a large node the JSON is left out, because nft takes 16 MB of memory for each of its
 * megabytes, and twice the time of the text.
 *
 * When all tables are those of iptables-nft, and `iptables-save` has shown them whole, they are not read again: with
 * thousands of Services that would take the node minutes for the same rules.
 *
 * @param iptables the `iptables-save` parts on nf_tables of this snapshot
 */
export async function readNftables(
  machine: Machine,
  features: KernelFeatures,
  iptables: readonly SnapshotPart[],
  signal: AbortSignal | undefined,
): Promise<readonly SnapshotPart[]> {
  const absent = partIfAbsent(textIdentity, features.nfTables, 'nf_tables');
  if (absent) return [absent, { ...absent, ...jsonIdentity }];

  if (iptables.length > 0 && iptables.every(showsEverything)) {
    const { end, stdout } = await machine.run(listTablesCommand, signal);
    const tables = end.kind === 'exited' && end.code === 0 ? tablesOf(stdout) : [];
    if (tables.length > 0 && tables.every((table) => iptablesTable.test(table))) {
      const reason = {
        code: 'shown-by-iptables',
        message: 'The only nftables tables are those of iptables-nft, which iptables-save shows.',
        args: {},
      };
      return [missingPart(textIdentity, reason), missingPart(jsonIdentity, reason)];
    }
  }

  const textCommand = readCommand('nft', 'list', 'ruleset');
  const text = commandPart(textIdentity, textCommand, await machine.run(textCommand, signal));
  if (text.text.length > maxTextForJson) {
    const reason = {
      code: 'too-large',
      message: "The rules are so many that nft would need much of the node's memory to print them as JSON too.",
      args: { characters: text.text.length },
    };
    return [text, missingPart(jsonIdentity, reason)];
  }
  const jsonCommand = readCommand('nft', '-j', 'list', 'ruleset');
  return [text, commandPart(jsonIdentity, jsonCommand, await machine.run(jsonCommand, signal))];
}
