import type { IpFamily } from '../model/address.ts';
import type { FamilyRules, IptablesRules, ServiceRules } from '../model/serviceRules.ts';
import type { IptablesBackend, PartKind, PartReason, Snapshot, SnapshotPart } from '../model/snapshot.ts';
import { chooseBackend } from './chooseBackend.ts';
import { readIptablesRules } from './iptables/readIptablesRules.ts';
import type { VirtualServerSigns } from './ipvs/ownVirtualServers.ts';
import { readIpSets } from './ipvs/readIpSets.ts';
import { readServiceDevice } from './ipvs/readServiceDevice.ts';
import { readVirtualServers } from './ipvs/readVirtualServers.ts';
import { readNftablesTable } from './nftables/readNftablesTable.ts';
import { readServiceSysctls } from './serviceSysctls.ts';

export interface ReadRulesOptions {
  /** The families to read; both by default. */
  readonly families?: readonly IpFamily[];
  /** Whose iptables rules are taken; by default those of the backend that the node's rules are in. */
  readonly backend?: IptablesBackend;
  /** Which virtual servers are kube-proxy's though neither its sets nor its device say so, and which are not. */
  readonly virtualServers?: Pick<VirtualServerSigns, 'alsoOwn' | 'excludeCidrs'>;
}

/** A part of a snapshot that could not be read, so that what stands is not known and must not be changed. */
export interface UnreadPart {
  /** The part's id, such as `iptables-save`. */
  readonly part: string;
  readonly reason: PartReason;
}

/** What a snapshot says about the rules for Services. */
export interface ReadRules {
  readonly rules: ServiceRules;
  /** The backend whose iptables rules were taken; undefined when the node has no iptables. */
  readonly backend: IptablesBackend | undefined;
  /** The backends that hold chains of kube-proxy. Two of them are more than anybody can take care of. */
  readonly backends: readonly IptablesBackend[];
  /** Empty when all was read. */
  readonly problems: readonly UnreadPart[];
}

const allFamilies: readonly IpFamily[] = ['ipv4', 'ipv6'];

const ruleKinds: ReadonlySet<PartKind> = new Set([
  'iptables-save',
  'ipset-save',
  'ipvsadm-save',
  'nft-text',
  'addresses',
  'sysctls',
]);

/** Why a part is missing when the node simply has none of it. */
const harmlessReasons: ReadonlySet<string> = new Set(['not-in-use', 'shown-by-iptables', 'not-supported']);

/** Takes from a live snapshot what programs Services: the parts that kube-proxy makes, and nothing else. */
export function readServiceRules(snapshot: Snapshot, options: ReadRulesOptions = {}): ReadRules {
  const families = options.families ?? allFamilies;
  const parts = snapshot.parts.filter(({ kind }) => ruleKinds.has(kind));
  const backend = options.backend ?? chooseBackend(parts);
  const iptables = parts
    .filter(({ kind }) => kind === 'iptables-save')
    .map((part) => ({ part, rules: iptablesOf(part) }));
  const ofFamily = (family: IpFamily, taken: boolean): IptablesRules | undefined =>
    iptables.find(({ part }) => part.family === family && (part.backend === backend) === taken)?.rules;
  return {
    rules: {
      families: new Map(
        families.map((family) => {
          const ofBackend = ofFamily(family, true) ?? { backend, tables: new Map() };
          return [family, readFamily(parts, family, ofBackend, options.virtualServers)];
        }),
      ),
      sysctls: readServiceSysctls(textOf(parts, 'sysctls')),
      otherBackend: new Map(
        families.flatMap((family) => {
          const rules = ofFamily(family, false);
          return rules !== undefined && rules.tables.size > 0 ? [[family, rules] as const] : [];
        }),
      ),
    },
    backend,
    backends: [
      ...new Set(
        iptables.flatMap(({ part, rules }) =>
          part.backend !== undefined && rules.tables.size > 0 ? [part.backend] : [],
        ),
      ),
    ],
    problems: parts.flatMap((part) => problemOf(part, backend)),
  };
}

function iptablesOf({ text, backend }: SnapshotPart): IptablesRules {
  return readIptablesRules(text, backend ?? 'nf_tables');
}

function readFamily(
  parts: readonly SnapshotPart[],
  family: IpFamily,
  iptables: IptablesRules,
  signs: ReadRulesOptions['virtualServers'],
): FamilyRules {
  const ipsets = readIpSets(textOf(parts, 'ipset-save'), family);
  const serviceDevice = readServiceDevice(textOf(parts, 'addresses'), family);
  const virtualServers = readVirtualServers(textOf(parts, 'ipvsadm-save'), family, { ...signs, ipsets, serviceDevice });
  const nftables = readNftablesTable(textOf(parts, 'nft-text'), family);
  return { iptables, ipsets, virtualServers, serviceDevice, nftables };
}

function textOf(parts: readonly SnapshotPart[], wanted: PartKind): string {
  return parts.find(({ kind }) => kind === wanted)?.text ?? '';
}

function problemOf(
  { id, kind, status, reason, backend }: SnapshotPart,
  taken: IptablesBackend | undefined,
): UnreadPart[] {
  if (status === 'complete' || reason === undefined || harmlessReasons.has(reason.code)) return [];
  // Nodes often lack the programs of the backend that they do not use; whether it holds rules is then unknown.
  const unusedBackend = kind === 'iptables-save' && taken !== undefined && backend !== taken;
  return unusedBackend && reason.code === 'tool-not-found' ? [] : [{ part: id, reason }];
}
