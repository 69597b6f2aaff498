import { createHash, hash } from 'node:crypto';
import type { ServiceProtocol } from '../../model/address.ts';

/** Names of one Service port's chains; all but those of endpoints share a hash. */
export interface ServiceChainNames {
  /** Hands on to the endpoints of traffic policy Cluster. */
  readonly cluster: string;
  /** Hands on to the endpoints of traffic policy Local. */
  readonly local: string;
  /** Takes what came for a node port, an external IP or a load balancer's address. */
  readonly external: string;
  /** Lets only the load balancer's source ranges pass. */
  readonly firewall: string;
}

/**
 * The chains' names as in pkg/proxy/iptables/proxier.go (`portProtoHash`): iptables bounds names to 28 characters, so
 * they hold a hash instead of the Service's name.
 *
 * @param servicePort `NAMESPACE/NAME:PORT`
 */
export function serviceChainNames(servicePort: string, protocol: ServiceProtocol): ServiceChainNames {
  const hashed = chainHash(servicePort + protocol);
  return {
    cluster: `KUBE-SVC-${hashed}`,
    local: `KUBE-SVL-${hashed}`,
    external: `KUBE-EXT-${hashed}`,
    firewall: `KUBE-FW-${hashed}`,
  };
}

/** @param endpoint `10.0.0.2:8080` or `[fd00::2]:8080` */
export function endpointChainName(servicePort: string, protocol: ServiceProtocol, endpoint: string): string {
  return `KUBE-SEP-${chainHash(servicePort + protocol + endpoint)}`;
}

/** The digits of base 32 (RFC 4648, section 6). */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first 16 digits in base 32 of the text's SHA-256: ten of its bytes. */
function chainHash(text: string): string {
  const bytes = sha256(text);
  let encoded = '';
  for (let at = 0; at < 10; at += 5) {
    // Two halves of 20 bits, since the bits of five bytes are too many for bit operations.
    const second = bytes.charCodeAt(at + 2);
    const high = (bytes.charCodeAt(at) << 12) | (bytes.charCodeAt(at + 1) << 4) | (second >> 4);
    const low = ((second & 15) << 16) | (bytes.charCodeAt(at + 3) << 8) | bytes.charCodeAt(at + 4);
    encoded += fourDigits(high) + fourDigits(low);
  }
  return encoded;
}

function fourDigits(bits: number): string {
  return (
    digits.charAt(bits >> 15) +
    digits.charAt((bits >> 10) & 31) +
    digits.charAt((bits >> 5) & 31) +
    digits.charAt(bits & 31)
  );
}

/** The digest with one character for each byte; in one call where Node.js has it (20.12), which is much faster. */
const sha256: (text: string) => string =
  typeof hash === 'function'
    ? (text) => hash('sha256', text, 'binary')
    : (text) => createHash('sha256').update(text).digest('binary');
