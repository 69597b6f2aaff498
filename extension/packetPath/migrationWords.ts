import type { Localizer } from '../l10n/localizer.ts';

/** A change between modes: its name, and what it means for people. */
export interface MigrationWords {
  readonly title: string;
  readonly explanation: string;
}

type Wording = (l10n: Localizer) => MigrationWords;

/** By the `code` of a row of a migration check, in the order in which a person should look at them. */
const wordings: Readonly<Record<string, Wording>> = {
  'becomes-unreachable': (l10n) => ({
    title: l10n.t('Becomes unreachable'),
    explanation: l10n.t('Packets that reach endpoints now are refused, or go where none answers.'),
  }),
  'becomes-reachable': (l10n) => ({
    title: l10n.t('Becomes reachable'),
    explanation: l10n.t('Packets that are refused now, or that nobody answers, reach endpoints.'),
  }),
  'localhost-node-port': (l10n) => ({
    title: l10n.t('Node ports on localhost'),
    explanation: l10n.t('Node ports on 127.0.0.1 or ::1, asked by the node itself. Only iptables mode has them.'),
  }),
  'node-port-address': (l10n) => ({
    title: l10n.t('Addresses of node ports'),
    explanation: l10n.t('Node ports on other addresses of the node. nftables mode opens them on its own one only.'),
  }),
  'health-check-node-port': (l10n) => ({
    title: l10n.t('Health check node ports'),
    explanation: l10n.t("Packets to a health check's port are let in, or not."),
  }),
  'load-balancer-sources': (l10n) => ({
    title: l10n.t('Clients of load balancers'),
    explanation: l10n.t("Who may use a load balancer's address changes."),
  }),
  'source-address': (l10n) => ({
    title: l10n.t('Source address'),
    explanation: l10n.t('The endpoint sees another address as that of its client.'),
  }),
  endpoints: (l10n) => ({
    title: l10n.t('Endpoints'),
    explanation: l10n.t('Other endpoints can be chosen.'),
  }),
  shares: (l10n) => ({
    title: l10n.t('Shares'),
    explanation: l10n.t('The same endpoints get other parts of the connections.'),
  }),
  affinity: (l10n) => ({
    title: l10n.t('Session affinity'),
    explanation: l10n.t('Whether a client that is remembered comes to the same endpoint.'),
  }),
  'reject-or-drop': (l10n) => ({
    title: l10n.t('Reject or drop'),
    explanation: l10n.t('Clients that are refused hear of it at once in one mode, and wait in vain in the other.'),
  }),
  'cluster-ip-ping': (l10n) => ({
    title: l10n.t('Ping to cluster IPs'),
    explanation: l10n.t(
      "What becomes of a ping to a cluster IP. Only ipvs mode answers it: the address is the node's there.",
    ),
  }),
  'cluster-ip-closed-port': (l10n) => ({
    title: l10n.t('Closed ports of cluster IPs'),
    explanation: l10n.t('What becomes of a connection to a port of a cluster IP that its Service does not have.'),
  }),
  unknown: (l10n) => ({
    title: l10n.t('Not known'),
    explanation: l10n.t('What becomes of the packet is known in one of the modes only, or in none.'),
  }),
};

/** Codes that there is wording for, in the order in which they are shown. */
export const wordedMigrationCodes: readonly string[] = Object.keys(wordings);

/** A change in words; the code itself for one that a newer agent has. */
export function migrationWords(code: string, l10n: Localizer): MigrationWords {
  return wordings[code]?.(l10n) ?? { title: code, explanation: '' };
}
