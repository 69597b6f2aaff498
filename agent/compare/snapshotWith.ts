import type { ParsedSnapshot } from '../interpret/parsedSnapshot.ts';
import type { IpFamily } from '../model/address.ts';
import type { IptablesRules, ServiceRules } from '../model/serviceRules.ts';
import type { IptablesBackend, PartKind, Snapshot, SnapshotPart } from '../model/snapshot.ts';
import { chooseBackend } from '../plan/chooseBackend.ts';
import { readIpSets } from '../plan/ipvs/readIpSets.ts';
import { readServiceDevice } from '../plan/ipvs/readServiceDevice.ts';
import { readVirtualServers } from '../plan/ipvs/readVirtualServers.ts';
import { noFamilyRules } from '../plan/noRules.ts';
import { iptablesTextWith } from './parts/iptablesPart.ts';
import { ipsetTextWithoutProxy, ipvsadmTextWithoutProxy, savedIpvs } from './parts/ipvsParts.ts';
import { addressesTextWith, routesTextWith, sysctlTextWith } from './parts/networkParts.ts';
import { nftJsonWithoutProxy, nftTableText, nftTextWithoutProxy } from './parts/nftPart.ts';
import { separateIptables } from './parts/separateIptables.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** Parts that say nothing about what becomes of packets, or not what they would say then. */
const leftOut: ReadonlySet<PartKind> = new Set(['ipvsadm-stats', 'kube-proxy', 'kubernetes-objects']);

/**
 * A snapshot as it would be if kube-proxy had made these rules instead of those that stand: its own are taken out of
 * the parts' texts and these are put in as the tools would print them. What others wrote stays where it is. Settings
 * that these rules need are set; what earlier rules needed stays, as kube-proxy leaves it.
 */
export function snapshotWith(parsed: ParsedSnapshot, wanted: ServiceRules): Snapshot {
  const { snapshot } = parsed;
  const parts = new Parts(snapshot.parts.filter(({ kind }) => !leftOut.has(kind) && kind !== 'iptables-save'));
  const iptables = iptablesParts(parsed, wanted);
  changeIpvs(parts, wanted);
  changeNftables(parts, wanted);
  changeNetwork(parts, wanted);
  return { ...snapshot, parts: [...iptables, ...parts.all] };
}

/** Whether something was read, be it nothing. */
function isRead({ status }: SnapshotPart): boolean {
  return status === 'complete' || status === 'partial';
}

/** The parts of a snapshot while they are changed. */
class Parts {
  all: readonly SnapshotPart[];

  constructor(all: readonly SnapshotPart[]) {
    this.all = all;
  }

  texts(kind: PartKind): readonly string[] {
    return this.all.filter((part) => part.kind === kind && isRead(part)).map(({ text }) => text);
  }

  /** Changes the texts of a kind of part; a part for which there is none any more goes. */
  edit(kind: PartKind, change: (text: string, part: SnapshotPart) => string | undefined): void {
    this.all = this.all.flatMap((part) => {
      if (part.kind !== kind || !isRead(part)) return [part];
      const text = change(part.text, part);
      return text === undefined ? [] : [{ ...part, text }];
    });
  }

  /** Adds text at the end of the first part of a kind, or as a part of its own. */
  append(kind: PartKind, id: string, text: string): void {
    if (text === '') return;
    const first = this.all.find((part) => part.kind === kind && isRead(part));
    if (first === undefined) {
      // What was missing because nothing was there is there then; what could not be read stays unread.
      this.all = [...this.all.filter((part) => part.kind !== kind || part.status !== 'missing'), made(kind, id, text)];
      return;
    }
    const separator = first.text === '' || first.text.endsWith('\n') ? '' : '\n';
    this.all = this.all.map((part) => (part === first ? { ...part, text: part.text + separator + text } : part));
  }
}

function made(kind: PartKind, id: string, text: string, more: Partial<SnapshotPart> = {}): SnapshotPart {
  return { id, kind, source: [], status: 'complete', durationMs: 0, text, ...more };
}

const noIptables = noFamilyRules.iptables;

/** Each family's rules go into the backend that the node's other rules are in. */
function iptablesParts(parsed: ParsedSnapshot, wanted: ServiceRules): readonly SnapshotPart[] {
  const others = parsed.snapshot.parts.filter((part) => part.kind === 'iptables-save' && !isRead(part));
  const separate = separateIptables(parsed);
  const backend: IptablesBackend = chooseBackend([...separate, ...others]) ?? separate[0]?.backend ?? 'nf_tables';
  const added = new Set<IpFamily>();
  const changed = separate.map((part): SnapshotPart => {
    const { family = 'ipv4' } = part;
    const takes = part.backend === backend && !added.has(family);
    if (takes) added.add(family);
    return { ...part, text: iptablesTextWith(part.text, takes ? iptablesOf(wanted, family) : noIptables) };
  });
  for (const family of families) {
    const rules = iptablesOf(wanted, family);
    if (added.has(family) || rules.tables.size === 0) continue;
    const id = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-save`;
    const missing = others.findIndex((part) => part.family === family && part.status === 'missing');
    if (missing !== -1) others.splice(missing, 1);
    changed.push(made('iptables-save', id, iptablesTextWith('', rules), { family, backend }));
  }
  return [...changed, ...others];
}

function iptablesOf({ families: rules }: ServiceRules, family: IpFamily): IptablesRules {
  return rules.get(family)?.iptables ?? noIptables;
}

function changeIpvs(parts: Parts, wanted: ServiceRules): void {
  const own = ownVirtualServers(parts, wanted);
  parts.edit('ipvsadm-save', (text) => ipvsadmTextWithoutProxy(text, own));
  parts.edit('ipset-save', ipsetTextWithoutProxy);
  const { ipsets, virtualServers } = savedIpvs(wanted);
  parts.append('ipset-save', 'ipset-save', ipsets);
  parts.append('ipvsadm-save', 'ipvsadm-save', virtualServers);
}

/** The virtual servers that are kube-proxy's. Where nothing was read that could tell, all are. */
function ownVirtualServers(parts: Parts, wanted: ServiceRules): ServiceRules {
  const saved = parts.texts('ipvsadm-save').join('\n');
  const [sets, addresses] = [parts.texts('ipset-save'), parts.texts('addresses')];
  const found = families.map((family) => {
    const ipsets = readIpSets(sets.join('\n'), family);
    const serviceDevice = addresses.map((text) => readServiceDevice(text, family)).find((device) => device);
    const hasSigns = sets.length > 0 || addresses.length > 0;
    const alsoOwn = hasSigns ? (wanted.families.get(family)?.virtualServers ?? new Map()) : { has: () => true };
    return [
      family,
      { ...noFamilyRules, virtualServers: readVirtualServers(saved, family, { ipsets, serviceDevice, alsoOwn }) },
    ] as const;
  });
  return { families: new Map(found), sysctls: new Map() };
}

function changeNftables(parts: Parts, wanted: ServiceRules): void {
  parts.edit('nft-text', nftTextWithoutProxy);
  parts.edit('nft-json', nftJsonWithoutProxy);
  const tables = [...wanted.families].map(([family, { nftables }]) =>
    nftables === undefined ? '' : nftTableText(nftables, family),
  );
  parts.append('nft-text', 'nft.txt', tables.join(''));
}

function changeNetwork(parts: Parts, { families: rules, sysctls }: ServiceRules): void {
  const devices = [...rules.values()].flatMap(({ serviceDevice }) => (serviceDevice ? [serviceDevice] : []));
  const addresses = devices.length === 0 ? undefined : devices.flatMap((device) => [...device.addresses]);
  if (addresses !== undefined && parts.texts('addresses').length === 0) parts.append('addresses', 'addresses', '[]');
  parts.edit('addresses', (text, part) => {
    const isFirst = parts.all.find(({ kind }) => kind === 'addresses') === part;
    const changed = addressesTextWith(text, isFirst ? addresses : undefined);
    // A dump may hold nothing but this device; without it nothing is known.
    return changed.trim() === '' || changed === '[]' ? undefined : changed;
  });
  for (const family of families) {
    parts.edit('routes', (text, part) =>
      (part.family ?? 'ipv4') === family ? routesTextWith(text, addresses, family) : text,
    );
  }
  if (sysctls.size > 0 && parts.texts('sysctls').length === 0) parts.append('sysctls', 'sysctls', '\n');
  parts.edit('sysctls', (text) => sysctlTextWith(text, sysctls));
}
