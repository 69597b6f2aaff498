import { formatAddress } from '../model/address.ts';
import type { ForeignGroup, ModelProblem, NodeModel } from '../model/nodeModel.ts';
import type { Endpoint, Frontend, ServicePort, VirtualServer } from '../model/service.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { percent } from './percent.ts';

interface Branch {
  readonly text: string;
  readonly children: readonly Branch[];
}

/** Draws the model as text: namespaces, Services, ports, frontends and endpoints, then what belongs to no Service. */
export function drawTree(model: NodeModel, snapshot: Snapshot): string {
  const backends = [
    ...model.backends.iptables.map((backend) => `iptables (${backend})`),
    ...(model.backends.nftables ? ['nftables'] : []),
    ...(model.backends.ipvs ? ['ipvs'] : []),
  ];
  const root = {
    text: `${snapshot.nodeName}  mode ${model.mode}${backends.length === 0 ? '' : `, rules in ${backends.join(', ')}`}`,
    children: [
      ...namespaces(model.services),
      ...(model.foreign.length === 0 ? [] : [{ text: 'Other rules', children: model.foreign.map(foreignBranch) }]),
      ...(model.problems.length === 0 ? [] : [{ text: 'Problems', children: model.problems.map(problemBranch) }]),
    ],
  };
  const lines: string[] = [root.text];
  draw(root.children, '', lines);
  return `${lines.join('\n')}\n`;
}

function draw(branches: readonly Branch[], indent: string, lines: string[]): void {
  for (const [index, { text, children }] of branches.entries()) {
    const isLast = index === branches.length - 1;
    lines.push(`${indent}${isLast ? '└─ ' : '├─ '}${text}`);
    draw(children, `${indent}${isLast ? '   ' : '│  '}`, lines);
  }
}

function namespaces(services: readonly ServicePort[]): Branch[] {
  const byNamespace = groupByNamespace(services);
  return [...byNamespace].map(([namespace, ports]) => ({
    text: namespace === '' ? '(no names known: give the Services with --objects)' : namespace,
    children: ports.map(portBranch),
  }));
}

function groupByNamespace(services: readonly ServicePort[]): Map<string, ServicePort[]> {
  const groups = new Map<string, ServicePort[]>();
  for (const service of services) {
    const group = groups.get(service.namespace);
    if (group === undefined) groups.set(service.namespace, [service]);
    else group.push(service);
  }
  return groups;
}

function portBranch(service: ServicePort): Branch {
  const { name, port, affinitySeconds, endpoints } = service;
  const title = `${name}${port.name === '' ? '' : `:${port.name}`}`;
  const affinity = affinitySeconds === undefined ? '' : `, affinity ${affinitySeconds} s`;
  return {
    text: `${title === '' ? '' : `${title}  `}${port.port}/${port.protocol.toUpperCase()}${affinity}`,
    children: [
      ...service.frontends.map(frontendBranch),
      ...service.chains
        .filter(({ role }) => role !== 'endpoint')
        .map(({ name: chain, rules }) => leaf(`${chain}  ${rules} rule(s)`)),
      ...service.virtualServers.map(virtualServerBranch),
      ...service.maps.map(({ map, key, verdict }) => leaf(`@${map}  ${key} : ${verdict}`)),
      endpoints.length === 0
        ? leaf('no endpoints')
        : { text: `${endpoints.length} endpoint(s)`, children: endpoints.map(endpointBranch) },
    ],
  };
}

function frontendBranch({ kind, ip, port, verdict, localOnly, sourceRanges, kindAssumed }: Frontend): Branch {
  const address = ip === undefined ? `any local address, port ${port}` : formatAddress(ip, port);
  const notes = [
    ...(kindAssumed === true ? ['kind not certain'] : []),
    ...(localOnly ? ['local endpoints only'] : []),
    ...(sourceRanges === undefined ? [] : [`from ${sourceRanges.join(', ') || 'nowhere'}`]),
    ...(verdict === 'endpoints' ? [] : [`refused: ${verdict}`]),
  ];
  return leaf(`${kind}  ${address}${notes.length === 0 ? '' : `  (${notes.join('; ')})`}`);
}

function virtualServerBranch({ protocol, ip, port, mark, scheduler, sets }: VirtualServer): Branch {
  const address = ip === undefined ? `fwmark ${mark ?? 0}` : `${protocol} ${formatAddress(ip, port)}`;
  return leaf(`virtual server ${address}  ${scheduler}${sets.length === 0 ? '' : `  in ${sets.join(', ')}`}`);
}

function endpointBranch({ ip, port, share, localShare, weight, local, chain }: Endpoint): Branch {
  const notes = [
    percent(share),
    ...(localShare === undefined ? [] : [`${percent(localShare)} of local traffic`]),
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(local === true ? ['on this node'] : []),
    ...(chain === undefined ? [] : [chain]),
  ];
  return leaf(`${formatAddress(ip, port)}  ${notes.join('  ')}`);
}

function foreignBranch({ owner, rules, chains, sets }: ForeignGroup): Branch {
  return {
    text: `${owner}  ${rules} rule(s)`,
    children: [
      ...chains.map(({ table, name, rules: own }) => leaf(`${table} ${name}  ${own} rule(s)`)),
      ...sets.map(({ name, entries }) => leaf(`set ${name}  ${entries} entries`)),
    ],
  };
}

function problemBranch({ severity, message, location }: ModelProblem): Branch {
  const place = location === undefined ? '' : `  [${location.part}:${location.line + 1}]`;
  return leaf(`${severity}: ${message}${place}`);
}

function leaf(text: string): Branch {
  return { text, children: [] };
}
