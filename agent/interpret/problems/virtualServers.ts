import { formatAddress } from '../../model/address.ts';
import type { ModelProblem } from '../../model/nodeModel.ts';
import type { VirtualServer } from '../../model/service.ts';
import { isWholePart } from '../wholePart.ts';
import type { ProblemContext, ProblemSearch } from './problemContext.ts';

/** What looks wrong with virtual servers while the ipvs mode is in use. */
export const findVirtualServerProblems: ProblemSearch = (context) =>
  context.mode === 'ipvs'
    ? context.virtualServers.flatMap((server) => [
        ...idleRealServers(server),
        ...notBound(server, context),
        ...notInSets(server, context),
      ])
    : [];

function idleRealServers(server: VirtualServer): ModelProblem[] {
  return server.realServers
    .filter(({ weight }) => weight === 0)
    .map((real) => {
      const realServer = formatAddress(real.ip, real.port);
      return {
        code: 'real-server-weight-zero',
        severity: 'warning',
        message: `Real server ${realServer} of ${nameOf(server)} has weight 0: it gets no new connections. kube-proxy sets that while connections to a removed endpoint end.`,
        args: { realServer, virtualServer: nameOf(server) },
        location: real.location,
      };
    });
}

/**
 * A Service's address must be one of the node's for its packets to reach ip_vs. kube-proxy binds it to kube-ipvs0,
 * unless another device has it.
 */
function notBound(server: VirtualServer, { parsed, membership }: ProblemContext): ModelProblem[] {
  const { ip, port, protocol, family, onKubeIpvs0 } = server;
  if (ip === undefined || port === undefined || onKubeIpvs0 !== false) return [];
  const { roles } = membership.of(family, ip, protocol, port);
  const isNodePort = roles.size > 0 && [...roles].every((role) => role.startsWith('NODE-PORT-'));
  if (isNodePort || roles.size === 0 || parsed.addresses?.some((address) => address.ip === ip)) return [];
  return [
    {
      code: 'address-not-bound',
      severity: 'error',
      message: `The address of virtual server ${nameOf(server)} is not on kube-ipvs0, so its packets do not reach ip_vs.`,
      args: { virtualServer: nameOf(server), ip },
      location: server.location,
    },
  ];
}

/** kube-proxy's rules masquerade and accept by set, so a server that is in none is reached only in part. */
function notInSets(server: VirtualServer, { parsed, membership }: ProblemContext): ModelProblem[] {
  if (!parsed.ipsets.every(({ part }) => isWholePart(part))) return [];
  if (!membership.isKnown || server.ip === undefined || server.sets.length > 0) return [];
  return [
    {
      code: 'virtual-server-not-in-sets',
      severity: 'warning',
      message: `No set of kube-proxy's holds virtual server ${nameOf(server)}: it was left over, or made by another program.`,
      args: { virtualServer: nameOf(server) },
      location: server.location,
    },
  ];
}

function nameOf({ ip, port, protocol, mark }: VirtualServer): string {
  return ip === undefined ? `fwmark ${mark ?? 0}` : `${protocol} ${formatAddress(ip, port)}`;
}
