import type { IptablesBackend, SnapshotPart } from '../model/snapshot.ts';

/** Lines of a dump that are rules. */
function countRules(text: string): number {
  let count = text.startsWith('-A ') || text.startsWith('[') ? 1 : 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    const next = text[at + 1];
    // With counters, a rule begins with them: `[12:345] -A INPUT ...`.
    if (next === '-' || next === '[') count++;
  }
  return count;
}

/** What tells where the node's rules are, surest first: kube-proxy's own, those of kubelet, and then any. */
const signs: readonly ((text: string) => number)[] = [
  (text) => Number(text.includes('-j KUBE-SERVICES')),
  (text) => Number(text.includes('\n:KUBE-IPTABLES-HINT ') || text.includes('\n:KUBE-KUBELET-CANARY ')),
  countRules,
];

/**
 * The backend that the node's iptables rules are in: as `iptables-wrapper` of kube-proxy's image finds it, but
 * kube-proxy's rules count before all. Where nothing tells, the one that the plain `iptables` writes to; undefined
 * when the node has no iptables at all.
 *
 * @param parts `iptables-save` among them
 */
export function chooseBackend(parts: readonly SnapshotPart[]): IptablesBackend | undefined {
  const saves = parts.filter(({ kind }) => kind === 'iptables-save');
  const plain = saves.find(({ id }) => id === 'iptables-save' || id === 'ip6tables-save')?.backend;
  for (const sign of signs) {
    const score = (backend: IptablesBackend): number =>
      saves.reduce((sum, part) => (part.backend === backend ? sum + sign(part.text) : sum), 0);
    const [legacy, nfTables] = [score('legacy'), score('nf_tables')];
    if (legacy !== nfTables) return legacy > nfTables ? 'legacy' : 'nf_tables';
  }
  return plain;
}
