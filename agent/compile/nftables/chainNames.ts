import { createHash } from 'node:crypto';
import type { ResolvedEndpoint, ResolvedServicePort } from '../resolvedService.ts';

/** The chains that a Service port may have, beside those of its endpoints. */
export interface ServiceChainNames {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

/** The names of a Service port's chains (pkg/proxy/nftables/proxier.go `servicePortChainNameBase`). */
export function serviceChainNames(port: ResolvedServicePort): ServiceChainNames {
  const base = withHash(portPath(port));
  return {
    cluster: `service-${base}`,
    local: `local-${base}`,
    external: `external-${base}`,
    firewall: `firewall-${base}`,
  };
}

/** An endpoint's chain and the set of the clients that stick to it; only Services with affinity have them. */
export interface EndpointChainNames {
  readonly chain: string;
  readonly affinitySet: string;
}

/** The names of what an endpoint has (`servicePortEndpointChainNameBase`). A chain's name may hold no colon. */
export function endpointChainNames(
  port: ResolvedServicePort,
  { ip, port: number }: ResolvedEndpoint,
): EndpointChainNames {
  const base = withHash(`${portPath(port)}__${ip.replaceAll(':', '.')}/${number}`);
  return { chain: `endpoint-${base}`, affinitySet: `affinity-${base}` };
}

function portPath({ namespace, serviceName, protocol, portName }: ResolvedServicePort): string {
  return `${namespace}/${serviceName}/${protocol}/${portName}`;
}

/** What nft takes as a name (256), less the longest prefix that kube-proxy reckons with. */
const longestBase = 240;
const cutMark = '...';

/** `HASH-NAME`, cut at the end where it is too long. */
function withHash(name: string): string {
  const base = `${base32Start(createHash('sha256').update(name).digest())}-${name}`;
  return base.length > longestBase ? base.slice(0, longestBase - cutMark.length) + cutMark : base;
}

const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first eight digits of the bytes in base 32 (RFC 4648), which are their first 40 bits. */
function base32Start(bytes: Uint8Array): string {
  let digits = '';
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes.subarray(0, 5)) {
    bits = (bits << 8) | byte;
    bitCount += 8;
    for (; bitCount >= 5; bitCount -= 5) digits += base32Digits.charAt((bits >> (bitCount - 5)) & 31);
  }
  return digits;
}
