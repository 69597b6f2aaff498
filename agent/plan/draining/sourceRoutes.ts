import type { IpFamily } from '../../model/address.ts';
import { addressBits } from '../../model/ipNumber.ts';
import type { PlanPhase, PlanStep } from '../planStep.ts';

/*
 * The kernel gives what this node sends to one of its own addresses that same address as its source. What is sent to a
 * Service whose address stays on kube-ipvs0 for a while longer would come from there, and break when the address goes.
 * The address's own route says otherwise: it can name another source, and an address is one without its route too.
 */

/** `ip -batch` may refuse a line for a route that is as wanted already. */
const someRefused = 1;

function batch(phase: PlanPhase, family: IpFamily, lines: readonly string[]): PlanStep[] {
  if (lines.length === 0) return [];
  const argv = ['ip', ...(family === 'ipv6' ? ['-6'] : []), '-force', '-batch', '-'] as const;
  const stdin = lines.map((line) => `${line}\n`).join('');
  return [{ phase, part: 'serviceDevice', family, argv: [...argv], stdin, alsoFine: [someRefused] }];
}

/**
 * Lets the node's own packets to addresses of a device that it is about to give up come from another address of its.
 *
 * @param source the node's address; undefined where it has none in this family, and then nothing is sent from it
 */
export function sendFromNode(
  family: IpFamily,
  device: string,
  addresses: Iterable<string>,
  source: string | undefined,
): readonly PlanStep[] {
  if (source === undefined) return [];
  return batch(
    'turn',
    family,
    [...addresses].flatMap((address) => routeWithSource(family, device, address, source)),
  );
}

/** Takes back {@link sendFromNode} for addresses that stay after all. */
export function sendFromThemselves(family: IpFamily, device: string, addresses: Iterable<string>): readonly PlanStep[] {
  return batch(
    'turn',
    family,
    [...addresses].flatMap((address) => routeWithSource(family, device, address, address)),
  );
}

/** Removes routes with another source than their address, which the kernel does not remove together with the address. */
export function removeRoutes(family: IpFamily, device: string, addresses: Iterable<string>): readonly PlanStep[] {
  const routeDevice = family === 'ipv4' ? device : 'lo';
  const lines = [...addresses].map((address) => `route del local ${address} dev ${routeDevice} table local`);
  return batch('break', family, lines);
}

function routeWithSource(family: IpFamily, device: string, address: string, source: string): readonly string[] {
  const route = `local ${address}/${addressBits[family]}`;
  if (family === 'ipv4') {
    return [`route replace ${route} dev ${device} table local proto kernel scope host src ${source}`];
  }
  // IPv6 has no routes through a device that is down, as kube-ipvs0 is, but for the one that came with the address; that
  // one is preferred to any other.
  return [
    `route replace ${route} dev lo table local proto kernel src ${source}`,
    `route del ${route} dev ${device} table local`,
  ];
}
