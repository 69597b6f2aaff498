import * as z from 'zod/mini';

/** Adds a description, which goes into the JSON Schema. */
const described = <T extends z.ZodMiniType>(schema: T, text: string): T => schema.check(z.describe(text));

const text = (description: string) => described(z.string(), description);
const count = (description: string) => described(z.number(), description);
const family = described(z.enum(['ipv4', 'ipv6']), 'IP address family.');
const counters = z.optional(
  described(z.object({ packets: z.number(), bytes: z.number() }), 'Packets and bytes that the rules counted.'),
);
const owner = text('Who wrote it, as far as its name tells: kubelet, docker, calico, ..., or unknown.');

const place = {
  file: text('The file, or the part of a live node, in which it stands.'),
  line: count('Line, counted from 1.'),
  column: count('Column, counted from 1 in UTF-16 units.'),
};

const frontend = z.object({
  kind: described(
    z.enum(['clusterIP', 'nodePort', 'externalIP', 'loadBalancerIP']),
    'By which kind of address a packet reaches the Service.',
  ),
  kindAssumed: z.optional(
    described(z.literal(true), 'Neither the rules nor objects tell the kind; it is the likeliest.'),
  ),
  family,
  ip: z.optional(text('Absent for node ports that are open on every local address.')),
  port: count('Port.'),
  verdict: described(
    z.enum(['endpoints', 'reject', 'drop']),
    'What happens to a new connection from outside: it goes to an endpoint, or it is refused.',
  ),
  localOnly: described(z.boolean(), 'Whether traffic is kept to endpoints on this node (traffic policy Local).'),
  sourceRanges: z.optional(
    described(z.array(z.string()), 'The CIDRs that may use it (spec.loadBalancerSourceRanges); absent when all may.'),
  ),
  counters,
  ...z.partial(z.object(place)).shape,
});

const endpoint = z.object({
  ip: text('Address.'),
  port: count('Port.'),
  family,
  share: count(
    'Part of new connections, 0 to 1, when cluster-wide endpoints are used; that of local traffic when the Service has no cluster-wide rules; 0 when only local traffic reaches it.',
  ),
  localShare: z.optional(
    count('The same for traffic that is kept to this node; absent when it takes no part in that.'),
  ),
  weight: z.optional(count('ipvs weight.')),
  local: z.optional(described(z.boolean(), 'Whether it is on this node, when that is known.')),
  chain: z.optional(text('The chain that stands for it.')),
  counters,
  ...z.partial(z.object(place)).shape,
});

const chain = z.object({
  role: described(z.enum(['cluster', 'local', 'external', 'firewall', 'endpoint']), 'What the chain is for.'),
  family,
  table: text('Table.'),
  name: text('Chain.'),
  rules: count('Number of rules.'),
  ...place,
});

const virtualServer = z.object({
  family,
  protocol: described(z.enum(['TCP', 'UDP', 'SCTP', 'fwmark']), 'Protocol, or fwmark for a firewall mark.'),
  mark: z.optional(count('Firewall mark.')),
  ip: z.optional(text('Address.')),
  port: z.optional(count('Port.')),
  scheduler: text('ipvs scheduler.'),
  flags: described(z.array(z.string()), 'Flags of the scheduler; ops for one-packet scheduling.'),
  persistenceSeconds: z.optional(count('Seconds of persistence.')),
  sets: described(z.array(z.string()), 'The ipsets that hold its address and port.'),
  onKubeIpvs0: z.optional(described(z.boolean(), 'Whether its address is on kube-ipvs0, when that is known.')),
  realServers: z.array(z.object({ ip: z.string(), port: z.number(), weight: z.number(), share: z.number(), counters })),
  counters,
  ...place,
});

const mapElement = z.object({
  family,
  table: text('Table.'),
  map: text('Map.'),
  key: text('Key of the element.'),
  verdict: text('What the map gives for it.'),
  ...place,
});

const service = z.object({
  namespace: text('Empty when no name is known: an ipvs virtual server without objects.'),
  name: text('Name of the Service; empty when it is not known.'),
  port: z.object({
    name: text('Name of the port; empty when it has none.'),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']),
    port: count('Port of the Service; 0 when the rules show only node ports.'),
  }),
  frontends: z.array(frontend),
  endpoints: z.array(endpoint),
  affinitySeconds: z.optional(count('Seconds of ClientIP affinity; absent when off.')),
  chains: z.optional(described(z.array(chain), 'Modes iptables and nftables: the chains of this port.')),
  virtualServers: z.optional(described(z.array(virtualServer), 'Mode ipvs: the virtual servers of this port.')),
  maps: z.optional(described(z.array(mapElement), 'Mode nftables: the map elements that lead here.')),
});

const foreign = z.object({
  owner,
  rules: count('Rules in its chains, and its rules in chains of others.'),
  chains: z.array(z.object({ family: z.string(), table: z.string(), name: z.string(), rules: z.number(), ...place })),
  sets: z.array(z.object({ name: z.string(), type: z.string(), entries: z.number(), ...place })),
});

const problem = z.object({
  code: text('Stable, kebab-case.'),
  severity: z.enum(['error', 'warning', 'information']),
  message: text('Complete English sentence.'),
  args: described(z.record(z.string(), z.union([z.string(), z.number()])), 'The values that stand in the message.'),
  ...z.partial(z.object(place)).shape,
});

const part = z.object({
  name: text('Name of the part, or path of the file.'),
  kind: text('What it holds.'),
  status: z.enum(['complete', 'partial', 'missing', 'failed']),
  reason: z.optional(text('Why it is not complete.')),
  source: described(z.array(z.string()), 'The command that was run, or the file.'),
  durationMs: count('Milliseconds that reading took.'),
});

/**
 * What `read --json` prints. `npm run schema` makes the JSON Schema in `read.schema.json` from it, so that the agent needs
 * neither this nor what makes schemas.
 */
export const readOutputSchema = described(
  z.object({
    mode: described(
      z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']),
      'The kube-proxy mode whose rules carry the Services.',
    ),
    nodeName: text('Host name of the node, or name of the folder of dumps.'),
    takenAt: text('When reading began (RFC 3339, UTC).'),
    backends: described(
      z.object({
        iptables: z.array(z.enum(['legacy', 'nf_tables'])),
        nftables: z.boolean(),
        ipvs: z.boolean(),
      }),
      'What holds rules on the node.',
    ),
    services: described(z.array(service), 'One entry for each port of each Service.'),
    foreign: described(z.array(foreign), 'What belongs to no Service, by who wrote it.'),
    problems: described(z.array(problem), 'What looks wrong on the node, or was not understood; the worst first.'),
    parts: described(z.array(part), 'What was read, and how.'),
  }),
  'What the rules of a Kubernetes node say about its Services: output of "read --json".',
);

export type ReadOutput = z.infer<typeof readOutputSchema>;
