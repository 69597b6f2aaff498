import * as z from 'zod/mini';
import { canonicalIp } from '../model/canonicalIp.ts';
import { parseCidr } from '../model/cidr.ts';

/** Shapes of the API objects as far as they matter here. Everything else in an object is ignored. */

const portNumber = z.int().check(z.gte(0), z.lte(65535));
/** The API server writes `null` for empty lists in some places (Go's nil slices). */
const list = <T extends z.core.$ZodType>(element: T) => z.nullish(z.array(element));
const metadata = z.object({
  name: z.string(),
  namespace: z.optional(z.string()),
  labels: z.nullish(
    z.object({
      'kubernetes.io/service-name': z.optional(z.string()),
      'service.kubernetes.io/headless': z.optional(z.string()),
      'service.kubernetes.io/service-proxy-name': z.optional(z.string()),
    }),
  ),
});
const protocol = z.nullish(z.enum(['TCP', 'UDP', 'SCTP', '']));
const cidr = z.string().check(z.refine((text) => parseCidr(text) !== undefined, 'it is no block of addresses'));
/** Headless Services have `None`, ExternalName Services may have an empty text. */
const clusterIp = z
  .string()
  .check(z.refine((text) => text === '' || text === 'None' || canonicalIp(text) !== undefined, 'it is no IP address'));
/** `hints.forZones`, `hints.forNodes`. */
const hints = list(z.object({ name: z.string() }));
const trafficPolicy = z.nullish(z.enum(['Cluster', 'Local', '']));

const servicePorts = z
  .array(z.object({ name: z.nullish(z.string()), protocol, port: portNumber, nodePort: z.nullish(portNumber) }))
  .check(
    z.refine((ports) => areDistinct(ports.map((port) => port.name ?? '')), 'two ports have the same name'),
    z.refine(
      (ports) => areDistinct(ports.map((port) => `${port.protocol || 'TCP'} ${port.port}`)),
      'two ports have the same protocol and number',
    ),
  );

function areDistinct(values: readonly string[]): boolean {
  return values.length < 2 || new Set(values).size === values.length;
}

/** core/v1 Service. */
export const serviceSchema = z.object({
  metadata,
  spec: z.object({
    type: z.nullish(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])),
    clusterIP: z.nullish(clusterIp),
    clusterIPs: list(clusterIp),
    externalIPs: list(z.string()),
    loadBalancerSourceRanges: list(cidr),
    ports: z.nullish(servicePorts),
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

/** discovery.k8s.io/v1 EndpointSlice without what its endpoints are: see {@link endpointSchema}. */
export const endpointSliceSchema = z.object({
  metadata,
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
  ports: list(z.object({ name: z.nullish(z.string()), protocol, port: z.nullish(portNumber) })),
  endpoints: z.nullish(z.custom<readonly unknown[]>(Array.isArray)),
});

/** discovery.k8s.io/v1 Endpoint. */
export const endpointSchema = z.object({
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
});

/** networking.k8s.io/v1 ServiceCIDR. */
export const serviceCidrSchema = z.object({ metadata, spec: z.object({ cidrs: list(cidr) }) });

export type ServiceInput = z.infer<typeof serviceSchema>;
export type EndpointSliceInput = z.infer<typeof endpointSliceSchema>;
export type EndpointInput = z.infer<typeof endpointSchema>;
