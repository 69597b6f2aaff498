import type { RuleOwner } from '../model/nodeModel.ts';

/**
 * Chains that kubelet makes: it removed all but the canary and the martian filter in Kubernetes 1.28. kube-proxy
 * makes the same KUBE-FIREWALL, so that it is there without a kubelet too.
 */
const kubeletNames = new Set(['KUBE-FIREWALL', 'KUBE-KUBELET-CANARY', 'KUBE-IPTABLES-HINT', 'KUBE-MARK-DROP']);

const prefixes: readonly (readonly [prefix: string, owner: RuleOwner])[] = [
  ['KUBE-HOSTPORTS', 'kubelet'],
  ['KUBE-HP-', 'kubelet'],
  // kube-router's; kube-proxy has none of these names.
  ['KUBE-ROUTER-', 'unknown'],
  ['KUBE-NWPLCY-', 'unknown'],
  ['KUBE-POD-FW-', 'unknown'],
  ['KUBE-', 'kube-proxy'],
  ['DOCKER', 'docker'],
  ['docker-', 'docker'],
  ['CNI-', 'cni-portmap'],
  ['FLANNEL', 'flannel'],
  ['flannel', 'flannel'],
  ['cali', 'calico'],
  ['felix-', 'calico'],
  ['CILIUM_', 'cilium'],
  ['OLD_CILIUM_', 'cilium'],
  ['cilium', 'cilium'],
  ['WEAVE', 'weave'],
  ['weave', 'weave'],
  ['ufw', 'ufw'],
  ['LIBVIRT_', 'libvirt'],
  ['libvirt_', 'libvirt'],
  ['f2b', 'fail2ban'],
  ['fail2ban', 'fail2ban'],
  ['firewalld', 'firewalld'],
  ['FWD_', 'firewalld'],
  ['FWDI_', 'firewalld'],
  ['FWDO_', 'firewalld'],
  ['IN_', 'firewalld'],
  ['PRE_', 'firewalld'],
  ['POST_', 'firewalld'],
];

/** The chains that firewalld hooks into the built-in ones: `INPUT_ZONES`, `FORWARD_direct`, `POSTROUTING_ZONES`. */
const firewalldHook = /^(?:INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)_(?:ZONES|POLICIES|direct|IN_ZONES|OUT_ZONES)/;

/** Who makes chains, tables or sets of that name. */
export function ownerOfName(name: string): RuleOwner {
  if (kubeletNames.has(name)) return 'kubelet';
  for (const [prefix, owner] of prefixes) if (name.startsWith(prefix)) return owner;
  if (name === 'kube-proxy') return 'kube-proxy';
  return firewalldHook.test(name) ? 'firewalld' : 'unknown';
}

/** Whether kube-proxy or kubelet makes chains of that name. */
export function isMadeByKubernetes(name: string): boolean {
  return kubeletNames.has(name) || ownerOfName(name) === 'kube-proxy';
}

/** Who wrote a rule with that comment into a chain that is not its own. */
export function ownerOfComment(comment: string): RuleOwner {
  if (comment.startsWith('cali:')) return 'calico';
  if (comment.startsWith('flanneld')) return 'flannel';
  if (comment.startsWith('cilium')) return 'cilium';
  return comment.startsWith('kubernetes') ? 'kube-proxy' : 'unknown';
}
