import * as z from 'zod/mini';
import type { GivenProxyOptions } from '../compile/defaultProxyOptions.ts';
import type { ServiceMode } from '../model/serviceRules.ts';

const strings = z.array(z.string());

/** {@link GivenProxyOptions} as it is kept beside the objects. */
const options = z.object({
  nodeName: z.string(),
  nodeIps: strings,
  ipv6: z.optional(z.boolean()),
  zone: z.optional(z.string()),
  localDetector: z.optional(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('none') }),
      z.object({ kind: z.literal('clusterCidr'), cidrs: strings }),
      z.object({ kind: z.literal('bridgeInterface'), name: z.string() }),
      z.object({ kind: z.literal('interfaceNamePrefix'), prefix: z.string() }),
    ]),
  ),
  nodePortAddresses: z.optional(strings),
  serviceCidrs: z.optional(strings),
  masqueradeAll: z.optional(z.boolean()),
  masqueradeBit: z.optional(z.number()),
  localhostNodePorts: z.optional(z.boolean()),
  ipvs: z.optional(
    z.object({
      scheduler: z.optional(z.string()),
      strictArp: z.optional(z.boolean()),
      excludeCidrs: z.optional(strings),
      tcpTimeout: z.optional(z.number()),
      tcpFinTimeout: z.optional(z.number()),
      udpTimeout: z.optional(z.number()),
    }),
  ),
});

const heading = z.object({
  mode: z.enum(['iptables', 'ipvs', 'nftables']),
  options,
  /** Characters of each of the texts that follow. */
  lengths: z.array(z.number()),
});

/** What was applied: kept on the node, so that switching to another mode needs no file. */
export interface KeptObjects {
  readonly mode: ServiceMode;
  readonly options: GivenProxyOptions;
  /** Services and EndpointSlices, as they were given: texts in any form that `kubectl get -o` writes. */
  readonly objects: readonly string[];
}

/** The first line says everything but the objects. */
export function printKeptObjects({ objects, ...rest }: KeptObjects): string {
  const lengths = objects.map(({ length }) => length);
  return [JSON.stringify({ ...rest, lengths }), '\n', ...objects].join('');
}

/** What {@link printKeptObjects} wrote; undefined when the text is nothing such. */
export function parseKeptObjects(text: string): KeptObjects | undefined {
  let at = text.indexOf('\n');
  let value: unknown;
  try {
    value = JSON.parse(text.slice(0, at++));
  } catch {
    return undefined;
  }
  const { data } = heading.safeParse(value);
  if (data === undefined) return undefined;
  const { lengths, ...rest } = data;
  const objects = lengths.map((length) => {
    const start = at;
    at += length;
    return text.slice(start, at);
  });
  return { ...rest, objects };
}
