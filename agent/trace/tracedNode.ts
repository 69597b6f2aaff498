import type { ParsedSnapshot } from '../interpret/parsedSnapshot.ts';
import type { IpFamily } from '../model/address.ts';
import type { TraceFact } from '../model/packetTrace.ts';
import { type CreationOrder, type HookEntry, hookOrder } from './engine/hookOrder.ts';
import { missingParts } from './engine/missingParts.ts';
import type { IpSets } from './ipSets.ts';
import { ipSets } from './ipset/ipSets.ts';
import { iptablesPrograms } from './iptables/iptablesPrograms.ts';
import { virtualServers } from './ipvs/virtualServers.ts';
import { nodeNetwork } from './network/nodeNetwork.ts';
import { nftablesPrograms } from './nftables/nftablesPrograms.ts';
import type { NodeNetwork } from './nodeNetwork.ts';
import type { Hook, RulePrograms } from './ruleProgram.ts';
import type { VirtualServers } from './virtualServers.ts';

/** What packets meet on a node, indexed once for any number of them. */
export interface TracedNode {
  readonly network: NodeNetwork;
  readonly ipSets: IpSets;
  readonly virtualServers: VirtualServers;
  /** One for each rule language. */
  readonly programs: readonly RulePrograms[];
  readonly creation: CreationOrder;
  /** Parts of the snapshot that could not be read and have to do with packets of a family. */
  missing(family: IpFamily): readonly TraceFact[];
  /** What netfilter runs at a hook. */
  entries(family: IpFamily, hook: Hook): readonly HookEntry[];
}

export type NodeParts = Pick<TracedNode, 'network' | 'ipSets' | 'virtualServers' | 'programs'> & {
  /** When it is not given, no order is known. */
  readonly creation?: CreationOrder;
  readonly missing?: TracedNode['missing'];
};

/** A node of these parts. */
export function nodeOfParts(parts: NodeParts): TracedNode {
  const entries = { ipv4: new Map<Hook, readonly HookEntry[]>(), ipv6: new Map<Hook, readonly HookEntry[]>() };
  const creation = parts.creation ?? (() => undefined);
  return {
    ...parts,
    creation,
    missing: parts.missing ?? (() => []),
    entries(family, hook) {
      let found = entries[family].get(hook);
      if (found === undefined) {
        found = hookOrder(parts.programs, family, hook, creation);
        entries[family].set(hook, found);
      }
      return found;
    },
  };
}

/** The node that a snapshot is of. Its parts are indexed when packets first ask for them. */
export function tracedNode(parsed: ParsedSnapshot): TracedNode {
  const network = nodeNetwork(parsed);
  return nodeOfParts({
    network,
    ipSets: ipSets(parsed.ipsets),
    virtualServers: virtualServers(parsed.ipvs, (name) => network.setting(name)),
    programs: [iptablesPrograms(parsed.rulesets), nftablesPrograms(parsed.nftables, iptablesTables(parsed))],
    creation: creationOrder(parsed),
    missing: (family) => missingParts(parsed.snapshot.parts, family),
  });
}

/** nft lists tables as they were made, those of iptables-nft (`ip nat`) among them. */
function creationOrder({ nftables }: ParsedSnapshot): CreationOrder {
  const names = nftables.flatMap(({ document }) =>
    document.ruleset.tables.map(({ family, name }) => `${family} ${name}`),
  );
  const order = new Map(names.map((name, index) => [name, index]));
  return ({ table }, family) => order.get(table.includes(' ') ? table : `${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`);
}

/** The tables of nftables that iptables-nft keeps its rules in, and that iptables-save printed: `ip nat`. */
function iptablesTables({ rulesets }: ParsedSnapshot): ReadonlySet<string> {
  return new Set(
    rulesets
      .filter(({ backend }) => backend === 'nf_tables')
      .flatMap(({ family, tables }) =>
        [...tables.keys()].map((table) => `${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`),
      ),
  );
}
