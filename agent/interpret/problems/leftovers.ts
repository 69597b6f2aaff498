import type { SourceLocation } from '../../model/location.ts';
import type { ModelProblem } from '../../model/nodeModel.ts';
import type { ProxyMode } from '../../model/service.ts';
import { setRole } from '../ipvs/setMembership.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { ProblemContext, ProblemSearch } from './problemContext.ts';

/** Chains that only the iptables mode makes; those it shares with the ipvs mode say nothing. */
const iptablesOnly = new Set(['KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES']);
/** Chains that only the ipvs mode makes. */
const ipvsOnly = new Set([
  'KUBE-NODE-PORT',
  'KUBE-LOAD-BALANCER',
  'KUBE-IPVS-FILTER',
  'KUBE-IPVS-OUT-FILTER',
  'KUBE-SOURCE-RANGES-FIREWALL',
]);
/** Chains that both make, and no other mode. kubelet made KUBE-POSTROUTING and KUBE-MARK-MASQ too, until 1.28. */
const iptablesOrIpvs = new Set(['KUBE-SERVICES', 'KUBE-FORWARD', 'KUBE-PROXY-FIREWALL']);
const userspaceOnly = /^KUBE-(?:PORTALS|NODEPORT)-(?:CONTAINER|HOST)$/;

/** What another mode than the one in use has left: kube-proxy cleans nothing between iptables and ipvs. */
export const findLeftovers: ProblemSearch = (context) => {
  if (context.mode === 'none') return [];
  return [
    ...context.parsed.rulesets.flatMap((ruleset) => leftoverChains(ruleset, context.mode)),
    ...(context.mode === 'ipvs' ? [] : leftoverIpvs(context)),
    ...(context.mode === 'nftables' ? [] : leftoverTables(context)),
  ];
};

function leftoverChains(ruleset: IptablesRuleset, current: string): ModelProblem[] {
  const { dump, tables, roles, locator, backend, family } = ruleset;
  const ours = new Set(tables.values());
  const found = new Map<ProxyMode, { chains: number; location: SourceLocation }>();
  for (let chain = 0; chain < dump.chainCount; chain++) {
    const mode = roles.of(chain) === undefined ? modeOfFixedChain(dump.chainName(chain), current) : 'iptables';
    if (mode === undefined || mode === current || !ours.has(dump.chainTable(chain))) continue;
    const known = found.get(mode);
    if (known === undefined) found.set(mode, { chains: 1, location: locator.line(dump.chain(chain).line) });
    else known.chains++;
  }
  return [...found].map(([mode, { chains, location }]) => ({
    code: 'leftover-chains',
    severity: 'warning',
    message: `${chains} chain(s) of the ${mode} mode are left in ${backend} iptables (${family}), though the node is in ${current} mode. "kube-proxy --cleanup" removes them.`,
    args: { mode, current, backend, family, chains },
    location,
  }));
}

/** Which mode makes chains of that name; undefined when more than one does, the current one among them. */
function modeOfFixedChain(name: string, current: string): ProxyMode | undefined {
  if (!name.startsWith('KUBE-')) return undefined;
  if (iptablesOnly.has(name)) return 'iptables';
  if (ipvsOnly.has(name)) return 'ipvs';
  if (userspaceOnly.test(name)) return 'userspace';
  return iptablesOrIpvs.has(name) && current === 'nftables' ? 'iptables' : undefined;
}

function leftoverIpvs({ parsed, mode, virtualServers, services }: ProblemContext): ModelProblem[] {
  const problems: ModelProblem[] = [];
  const add = (code: string, what: string, count: number, location: SourceLocation | undefined): void => {
    if (location === undefined) return;
    problems.push({
      code,
      severity: 'warning',
      message: `${count} ${what} of the ipvs mode are left, though the node is in ${mode} mode. "kube-proxy --cleanup" removes them.`,
      args: { current: mode, count },
      location,
    });
  };
  const bound = (parsed.addresses ?? []).filter(({ device }) => device === 'kube-ipvs0');
  const sets = parsed.ipsets.flatMap(({ document, locator }) =>
    document.sets.filter(({ name }) => setRole(name) !== undefined).map((set) => ({ set, locator })),
  );
  const [firstSet] = sets;
  // Virtual servers of others (keepalived) are no leftovers: kube-proxy's are on kube-ipvs0, in its sets, or serve an
  // address that the current rules serve too.
  const serviceIPs = new Set(
    virtualServers.length === 0 ? [] : services.flatMap(({ frontends }) => frontends.map(({ ip }) => ip)),
  );
  const servers = virtualServers.filter(
    ({ ip, onKubeIpvs0, sets: memberships }) => onKubeIpvs0 === true || memberships.length > 0 || serviceIPs.has(ip),
  );
  add('leftover-virtual-servers', 'virtual server(s)', servers.length, servers[0]?.location);
  add('leftover-addresses', 'address(es) on kube-ipvs0', bound.length, bound[0]?.location);
  add(
    'leftover-sets',
    'ipset(s)',
    sets.length,
    firstSet?.locator.at(firstSet.set.definition?.span ?? firstSet.set.entry(0)?.span ?? { start: 0, end: 0 }),
  );
  return problems;
}

function leftoverTables({ proxyTables, mode }: ProblemContext): ModelProblem[] {
  return proxyTables.map(({ table, family, locator }) => ({
    code: 'leftover-table',
    severity: 'warning',
    message: `The nftables table ${table.family} ${table.name} of the nftables mode is left, though the node is in ${mode} mode. "kube-proxy --cleanup" removes it.`,
    args: { current: mode, family, table: table.name, chains: table.chains.length },
    location: locator.at(table.span),
  }));
}
