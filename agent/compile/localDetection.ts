import type { IpFamily } from '../model/address.ts';
import { type Cidr, parseCidr } from '../model/cidr.ts';
import { addressBits } from '../model/ipNumber.ts';
import type { LocalDetector } from './proxyOptions.ts';

/** What a rule matches to tell traffic from this cluster's own pods from other traffic; as the rules are printed. */
export interface LocalDetection {
  /** `-s 10.244.0.0/16`, `ip saddr 10.244.0.0/16` */
  readonly ifLocal: string;
  /** `! -s 10.244.0.0/16`, `ip saddr != 10.244.0.0/16` */
  readonly ifNotLocal: string;
}

/**
 * For rules of iptables (pkg/proxy/util/localdetector.go).
 *
 * @returns undefined when nothing tells them apart in this family.
 */
export function iptablesLocalDetection(detector: LocalDetector, family: IpFamily): LocalDetection | undefined {
  const match = iptablesMatch(detector, family);
  return match === undefined ? undefined : { ifLocal: match, ifNotLocal: `! ${match}` };
}

function iptablesMatch(detector: LocalDetector, family: IpFamily): string | undefined {
  switch (detector.kind) {
    case 'none':
      return undefined;
    case 'clusterCidr': {
      const cidr = cidrOfFamily(detector.cidrs, family);
      return cidr && `-s ${cidr.text}`;
    }
    case 'bridgeInterface':
      return `-i ${detector.name}`;
    case 'interfaceNamePrefix':
      return `-i ${detector.prefix}+`;
  }
}

/**
 * For rules of nftables.
 *
 * @returns undefined when nothing tells them apart in this family.
 */
export function nftablesLocalDetection(detector: LocalDetector, family: IpFamily): LocalDetection | undefined {
  const match = nftablesMatch(detector, family);
  if (match === undefined) return undefined;
  const { what, value } = match;
  return { ifLocal: `${what} ${value}`, ifNotLocal: `${what} != ${value}` };
}

function nftablesMatch(detector: LocalDetector, family: IpFamily): { what: string; value: string } | undefined {
  switch (detector.kind) {
    case 'none':
      return undefined;
    case 'clusterCidr': {
      const cidr = cidrOfFamily(detector.cidrs, family);
      if (cidr === undefined) return undefined;
      const [address = ''] = cidr.text.split('/');
      // nft prints a block of one address as the address.
      const value = cidr.prefixLength === addressBits[family] ? address : cidr.text;
      return { what: family === 'ipv4' ? 'ip saddr' : 'ip6 saddr', value };
    }
    case 'bridgeInterface':
      return { what: 'iifname', value: `"${detector.name}"` };
    case 'interfaceNamePrefix':
      return { what: 'iifname', value: `"${detector.prefix}*"` };
  }
}

/** Of several the first one, as kube-proxy's `getLocalDetectors` takes it. */
function cidrOfFamily(cidrs: readonly string[], family: IpFamily): Cidr | undefined {
  return cidrs.map(parseCidr).find((cidr) => cidr?.family === family);
}
