import type { ServiceProtocol } from '../../model/address.ts';
import type { ChainIndex, RuleIndex, TableIndex } from '../../ruleset/iptables/document.ts';
import { hostOf } from '../addressText.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import { formatServicePortName, type ServicePortName } from '../serviceName.ts';
import { chainHash } from './chainRole.ts';
import { servicePortNameIn } from './comments.ts';
import type { DispatchChain, DispatchRule, PortDraft } from './portDraft.ts';

const natDispatchers: readonly DispatchChain[] = ['KUBE-SERVICES', 'KUBE-NODEPORTS'];
const filterDispatchers: readonly DispatchChain[] = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES'];
/** The chains of the userspace mode: for traffic of pods, and for that of the node itself. */
const userspaceDispatchers: readonly DispatchChain[] = [
  'KUBE-PORTALS-CONTAINER',
  'KUBE-PORTALS-HOST',
  'KUBE-NODEPORT-CONTAINER',
  'KUBE-NODEPORT-HOST',
];

/** Finds every port of every Service that the rules dispatch packets to or refuse packets for. */
export function collectPorts(rulesets: readonly IptablesRuleset[], objects: ObjectIndex | undefined): PortDraft[] {
  const drafts = new Map<string, PortDraft>();
  for (const ruleset of rulesets) {
    for (const from of natDispatchers) collect(ruleset, 'nat', from, drafts, objects);
    for (const from of filterDispatchers) collect(ruleset, 'filter', from, drafts, objects);
  }
  return [...drafts.values()];
}

/** The same for the chains of the userspace mode, in which kube-proxy itself takes the connections. */
export function collectUserspacePorts(rulesets: readonly IptablesRuleset[]): PortDraft[] {
  const drafts = new Map<string, PortDraft>();
  for (const ruleset of rulesets) {
    for (const from of userspaceDispatchers) collect(ruleset, 'nat', from, drafts, undefined);
  }
  return [...drafts.values()];
}

function collect(
  ruleset: IptablesRuleset,
  table: 'nat' | 'filter',
  from: DispatchChain,
  drafts: Map<string, PortDraft>,
  objects: ObjectIndex | undefined,
): void {
  const { dump, tables } = ruleset;
  const tableIndex = tables.get(table);
  if (tableIndex === undefined) return;
  const chain = dump.findChain(tableIndex, from);
  if (chain === undefined) return;
  const openOn = from === 'KUBE-NODEPORTS' ? nodePortAddresses(ruleset, tableIndex, chain) : [];
  for (const rule of dump.chainRules(chain)) {
    const target = dump.targetChain(rule);
    if (!(table === 'filter' ? refuses(ruleset, rule) : handsOn(ruleset, rule, target))) continue;
    const protocol = protocolOf(dump.optionValue(rule, '-p'));
    if (protocol === undefined) continue;
    const dispatch: DispatchRule = { ruleset, table, from, rule, target, openOn };
    addTo(drafts, nameOf(dispatch, objects), protocol, dispatch);
  }
}

function addTo(
  drafts: Map<string, PortDraft>,
  name: ServicePortName | undefined,
  protocol: ServiceProtocol,
  dispatch: DispatchRule,
): void {
  const key = `${name === undefined ? chainKey(dispatch) : formatServicePortName(name)} ${protocol}`;
  const draft = drafts.get(key);
  if (draft !== undefined) draft.dispatches.push(dispatch);
  else drafts.set(key, { name: name ?? { namespace: '', name: '', portName: '' }, protocol, dispatches: [dispatch] });
}

/** By the rule's own comment, else by those in the Service's chains, else by the hash in the chains' names. */
function nameOf(
  { ruleset, rule, target }: DispatchRule,
  objects: ObjectIndex | undefined,
): ServicePortName | undefined {
  const { dump } = ruleset;
  const comment = dump.comment(rule);
  const named = comment === undefined ? undefined : servicePortNameIn(comment);
  if (named !== undefined || target === -1) return named;
  for (const inner of dump.chainRules(target)) {
    const innerComment = dump.comment(inner);
    const innerName = innerComment === undefined ? undefined : servicePortNameIn(innerComment);
    if (innerName !== undefined) return innerName;
  }
  return objects?.byChainHash(chainHash(dump.chainName(target)));
}

/** Groups the rules of a Service whose name is not known: its chains share the hash in their names. */
function chainKey({ ruleset: { dump, backend, family }, target }: DispatchRule): string {
  return target === -1 ? `? ${backend} ${family}` : `# ${chainHash(dump.chainName(target))}`;
}

/** Whether a rule leads to a Service's chain, or to the ports on which kube-proxy listens in userspace mode. */
function handsOn({ dump, roles }: IptablesRuleset, rule: RuleIndex, target: ChainIndex): boolean {
  if (target !== -1) return roles.of(target) !== undefined;
  const name = dump.targetName(rule);
  return name === 'REDIRECT' || name === 'DNAT';
}

function refuses({ dump }: IptablesRuleset, rule: RuleIndex): boolean {
  const target = dump.targetName(rule);
  return target === 'REJECT' || target === 'DROP';
}

/** `--nodeport-addresses` makes one rule for each address that leads to KUBE-NODEPORTS, else there is one for all. */
function nodePortAddresses({ dump }: IptablesRuleset, nat: TableIndex, nodePorts: ChainIndex): string[] {
  const services = dump.findChain(nat, 'KUBE-SERVICES');
  const ips: string[] = [];
  for (const rule of services === undefined ? [] : dump.chainRules(services)) {
    if (dump.targetChain(rule) !== nodePorts) continue;
    const destination = dump.destination(rule);
    const ip = destination?.value === undefined || destination.negated ? undefined : hostOf(destination.value);
    if (ip === undefined) return [];
    ips.push(ip);
  }
  return ips;
}

function protocolOf(text: string | undefined): ServiceProtocol | undefined {
  return text === 'tcp' || text === 'udp' || text === 'sctp' ? text : undefined;
}
