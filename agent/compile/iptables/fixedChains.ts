import type { Chains } from './chains.ts';
import { type Compilation, invalidStateCounter } from './compilation.ts';
import { comment } from './ruleText.ts';

/** Fills the chains of the table filter that do not depend on Services. */
export function addFixedFilterChains(filter: Chains, compilation: Compilation): void {
  const { kernel } = compilation.options;
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL']) {
    filter.of(chain);
  }
  const firewall = filter.of('KUBE-FIREWALL');
  if (compilation.localhostNodePorts) {
    // Node ports on loopback need route_localnet, which lets neighbours send to 127.0.0.0/8: kubernetes#90259.
    firewall.push(
      `! -s 127.0.0.0/8 -d 127.0.0.0/8 ${comment('block incoming localnet connections')} -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP`,
    );
  }
  const forward = filter.of('KUBE-FORWARD');
  if (!kernel.conntrackTcpLiberal) {
    // Packets that conntrack cannot place are not translated back, so that a client would reset its connection.
    const counter = kernel.nfacctCounters.has(invalidStateCounter) ? nfacct(invalidStateCounter) : '';
    forward.push(`-m conntrack --ctstate INVALID ${counter}-j DROP`);
  }
  forward.push(
    `${comment('kubernetes forwarding rules')} -m mark --mark ${compilation.masqueradeMark} -j ACCEPT`,
    `${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  );
}

/** Fills the chains of the table nat that do not depend on Services, apart from the end of KUBE-SERVICES. */
export function addFixedNatChains(nat: Chains, { options, masqueradeMark }: Compilation): void {
  const [mark = ''] = masqueradeMark.split('/');
  nat.of('KUBE-SERVICES');
  nat.of('KUBE-NODEPORTS');
  nat.of('KUBE-MARK-MASQ').push(`-j MARK --set-xmark ${masqueradeMark}`);
  nat.of('KUBE-POSTROUTING').push(
    `-m mark ! --mark ${masqueradeMark} -j RETURN`,
    // Without the mark, a packet that comes through the stack again is not masqueraded again.
    `-j MARK --set-xmark ${mark}/0x0`,
    `${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE${options.kernel.masqueradeRandomFully ? ' --random-fully' : ''}`,
  );
}

const toNodePorts = `${comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain')} `;

/** Ends KUBE-SERVICES with what is for none of the Services' own addresses. */
export function addNodePortsRule(nat: Chains, compilation: Compilation): void {
  const { nodePortAddresses, localhostNodePorts, family, hostBits } = compilation;
  const services = nat.of('KUBE-SERVICES');
  if (nodePortAddresses.all) {
    const notLoopback = family === 'ipv6' ? '! -d ::1/128 ' : localhostNodePorts ? '' : '! -d 127.0.0.0/8 ';
    services.push(`${notLoopback}${toNodePorts}-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`);
    return;
  }
  for (const ip of nodePortAddresses.ips) {
    const isLoopback = ip === '::1' || ip.startsWith('127.');
    if (!isLoopback || localhostNodePorts) services.push(`-d ${ip}${hostBits} ${toNodePorts}-j KUBE-NODEPORTS`);
  }
}

/** A match that counts packets, with a space after it. iptables-save 1.8.9 prints two spaces before the name. */
export function nfacct(counter: string): string {
  return `-m nfacct --nfacct-name  ${counter} `;
}
