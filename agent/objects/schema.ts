import * as z from 'zod/mini';

/** Shapes of the API objects as far as they matter here. Everything else in an object is ignored. */

const portNumber = z.int().check(z.gte(0), z.lte(65535));
/** The API server writes `null` for empty lists in some places (Go's nil slices). */
const list = <T extends z.core.$ZodType>(element: T) => z.nullish(z.array(element));
const metadata = z.object({
  name: z.string(),
  namespace: z.optional(z.string()),
  labels: z.nullish(z.record(z.string(), z.string())),
});
const protocol = z.nullish(z.enum(['TCP', 'UDP', 'SCTP', '']));
/** `hints.forZones`, `hints.forNodes`. */
const hints = list(z.object({ name: z.string() }));
const trafficPolicy = z.nullish(z.enum(['Cluster', 'Local', '']));

/** core/v1 Service. */
export const serviceSchema = z.object({
  metadata,
  spec: z.object({
    type: z.nullish(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])),
    clusterIP: z.nullish(z.string()),
    clusterIPs: list(z.string()),
    externalIPs: list(z.string()),
    loadBalancerSourceRanges: list(z.string()),
    ports: list(z.object({ name: z.nullish(z.string()), protocol, port: portNumber, nodePort: z.nullish(portNumber) })),
    sessionAffinity: z.nullish(z.enum(['None', 'ClientIP', ''])),
    sessionAffinityConfig: z.nullish(
      z.object({ clientIP: z.nullish(z.object({ timeoutSeconds: z.nullish(z.int().check(z.gte(0))) })) }),
    ),
    internalTrafficPolicy: trafficPolicy,
    externalTrafficPolicy: trafficPolicy,
    healthCheckNodePort: z.nullish(portNumber),
  }),
  status: z.nullish(
    z.object({
      loadBalancer: z.nullish(
        z.object({ ingress: list(z.object({ ip: z.nullish(z.string()), ipMode: z.nullish(z.string()) })) }),
      ),
    }),
  ),
});

/** discovery.k8s.io/v1 EndpointSlice. */
export const endpointSliceSchema = z.object({
  metadata,
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
  ports: list(z.object({ name: z.nullish(z.string()), protocol, port: z.nullish(portNumber) })),
  endpoints: list(
    z.object({
      addresses: list(z.string()),
      conditions: z.nullish(
        z.object({
          ready: z.nullish(z.boolean()),
          serving: z.nullish(z.boolean()),
          terminating: z.nullish(z.boolean()),
        }),
      ),
      nodeName: z.nullish(z.string()),
      zone: z.nullish(z.string()),
      hints: z.nullish(z.object({ forZones: hints, forNodes: hints })),
    }),
  ),
});

export type ServiceInput = z.infer<typeof serviceSchema>;
export type EndpointSliceInput = z.infer<typeof endpointSliceSchema>;
