import type { ServiceTable } from '../../model/serviceRules.ts';
import { comment } from './ruleText.ts';

/** Rules in built-in chains by chain, in order. */
type Hooks = ReadonlyMap<string, readonly string[]>;

const onlyNew = '-m conntrack --ctstate NEW ';
const portals = `${comment('kubernetes service portals')} -j KUBE-SERVICES`;
const newPortals = onlyNew + portals;
const external = `${onlyNew}${comment('kubernetes externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`;
const firewall = `${onlyNew}${comment('kubernetes load balancer firewall')} -j KUBE-PROXY-FIREWALL`;
const healthChecks = `${comment('kubernetes health check service ports')} -j KUBE-NODEPORTS`;
const forwarding = `${comment('kubernetes forwarding rules')} -j KUBE-FORWARD`;
const localnet = '-j KUBE-FIREWALL';

/**
 * Where packets enter kube-proxy's chains (`iptablesJumpChains` and `iptablesKubeletJumpChains` of proxier.go), in the
 * order that comes of each being put in front of the others.
 */
export const iptablesHooks: Readonly<Record<ServiceTable, Hooks>> = {
  mangle: new Map(),
  filter: new Map([
    ['INPUT', [localnet, firewall, healthChecks, external]],
    ['FORWARD', [firewall, forwarding, newPortals, external]],
    ['OUTPUT', [localnet, firewall, newPortals]],
  ]),
  nat: new Map([
    ['PREROUTING', [portals]],
    ['OUTPUT', [portals]],
    ['POSTROUTING', [`${comment('kubernetes postrouting rules')} -j KUBE-POSTROUTING`]],
  ]),
};
