import * as z from 'zod/mini';
import type { KernelFacts } from '../../compile/proxyOptions.ts';
import type { IpFamily } from '../../model/address.ts';
import type { Machine } from '../machine.ts';
import { ChangeError } from './changeError.ts';
import { nfacctCounters } from './nfacctCounters.ts';
import { toolOutput } from './toolOutput.ts';

/** kube-proxy's own device, whose addresses are no node's. */
const serviceDevice = 'kube-ipvs0';

const addressesOutput = z.array(
  z.object({
    ifname: z.optional(z.string()),
    addr_info: z.optional(z.array(z.object({ local: z.optional(z.string()), prefixlen: z.optional(z.number()) }))),
  }),
);

/** Output of `ip -j route get`. */
const routeOutput = z.array(z.object({ prefsrc: z.optional(z.string()) }));

function parseJson<Schema extends z.ZodMiniType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The addresses in the output of `ip -j addr`.
 *
 * @throws ChangeError `read-failed`
 */
export function parseAddresses(text: string): KernelFacts['addresses'] {
  const interfaces = parseJson(addressesOutput, text);
  if (interfaces === undefined) {
    throw new ChangeError('read-failed', 'ip could not list the addresses of this node.', { tool: 'ip' });
  }
  return interfaces.flatMap(({ ifname, addr_info = [] }) =>
    ifname === undefined || ifname === serviceDevice
      ? []
      : addr_info.flatMap(({ local, prefixlen }) =>
          local === undefined || prefixlen === undefined
            ? []
            : [{ ip: local, prefixLength: prefixlen, interfaceName: ifname }],
        ),
  );
}

/** MASQUERADE takes `--random-fully` from iptables 1.6.2 on (pkg/util/iptables `MinCheckVersion`). */
function takesRandomFully(version: string): boolean {
  const [, major = 0, minor = 0, patch = 0] = /v(\d+)\.(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return major > 1 || (major === 1 && (minor > 6 || (minor === 6 && patch >= 2)));
}

/**
 * Reads what rules depend on beside the objects.
 *
 * @throws ChangeError `read-failed`
 */
export async function readKernelFacts(machine: Machine, signal?: AbortSignal): Promise<KernelFacts> {
  const [listed, counters, liberal, version, release] = await Promise.all([
    toolOutput(machine, signal, 'ip', '-j', 'addr'),
    nfacctCounters(machine, signal),
    machine.readFile('/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal'),
    toolOutput(machine, signal, 'iptables', '--version'),
    machine.readFile('/proc/sys/kernel/osrelease'),
  ]);
  return {
    ...(release.kind === 'read' ? { release: release.text.trim() } : {}),
    addresses: parseAddresses(listed ?? ''),
    nfacctCounters: counters,
    conntrackTcpLiberal: liberal.kind === 'read' && liberal.text.trim() !== '0',
    masqueradeRandomFully: takesRandomFully(version ?? ''),
  };
}

/** Any address beyond the node: the kernel is asked which of its own it would use, and sends nothing. */
const farAway: Readonly<Record<IpFamily, string>> = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' };

/** The address that packets of this node to others carry, in each family that has one; where there is no route, any. */
export async function findNodeIps(
  machine: Machine,
  addresses: KernelFacts['addresses'],
  signal?: AbortSignal,
): Promise<ReadonlyMap<IpFamily, string>> {
  const found = await Promise.all(
    (['ipv4', 'ipv6'] as const).map(async (family) => {
      const routes = parseJson(
        routeOutput,
        (await toolOutput(machine, signal, 'ip', '-j', 'route', 'get', farAway[family])) ?? '',
      );
      return [family, routes?.[0]?.prefsrc ?? addresses.find(({ ip }) => isGlobal(ip, family))?.ip] as const;
    }),
  );
  return new Map(found.flatMap(([family, ip]) => (ip === undefined ? [] : [[family, ip] as const])));
}

/** Neither loopback nor for one link only. */
function isGlobal(ip: string, family: IpFamily): boolean {
  if (family === 'ipv4') return !ip.includes(':') && !ip.startsWith('127.') && !ip.startsWith('169.254.');
  return ip.includes(':') && ip !== '::1' && !ip.startsWith('fe80:');
}
