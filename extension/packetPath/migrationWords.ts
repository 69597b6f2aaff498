import type { Localizer } from '../l10n/localizer.ts';

/** A change between modes: its name, what it means for people, and what to do about it. */
export interface MigrationWords {
  readonly title: string;
  readonly explanation: string;
  readonly advice: string;
}

type Wording = (l10n: Localizer) => MigrationWords;

/** By the `code` of a row of a migration check, in the order in which a person should look at them. */
const wordings: Readonly<Record<string, Wording>> = {
  'becomes-unreachable': (l10n) => ({
    title: l10n.t('No longer reachable'),
    explanation: l10n.t(
      'These packets reach endpoints today. In the other mode they are refused, dropped, or go where none answers.',
    ),
    advice: l10n.t(
      'Look at the paths of a row before you change anything: something would stop working for these clients.',
    ),
  }),
  'becomes-reachable': (l10n) => ({
    title: l10n.t('Newly reachable'),
    explanation: l10n.t(
      'These packets are refused, or go where none answers, and would reach endpoints in the other mode.',
    ),
    advice: l10n.t(
      'See whether these clients may reach the Service; if not, a NetworkPolicy or source ranges keep them out.',
    ),
  }),
  'localhost-node-port': (l10n) => ({
    title: l10n.t('Node ports on localhost'),
    explanation: l10n.t(
      'iptables mode lets processes of the node reach node ports at 127.0.0.1 unless it is told not to; ipvs and nftables mode do not.',
    ),
    advice: l10n.t("Let these processes use the node's own address, or the cluster IP."),
  }),
  'node-port-address': (l10n) => ({
    title: l10n.t('Node ports on other addresses of the node'),
    explanation: l10n.t(
      "Without --nodeport-addresses, nftables mode opens node ports on the node's own address only; iptables and ipvs mode open them on all.",
    ),
    advice: l10n.t(
      'Set nodePortAddresses to the addresses that clients use, or 0.0.0.0/0 and ::/0 for all, before you change.',
    ),
  }),
  'health-check-node-port': (l10n) => ({
    title: l10n.t('Health check node ports'),
    explanation: l10n.t("What becomes of a load balancer's packets that ask whether this node has endpoints differs."),
    advice: l10n.t(
      'Make sure that no other rule of the node keeps these packets out: in nftables mode kube-proxy lets nothing in.',
    ),
  }),
  'load-balancer-sources': (l10n) => ({
    title: l10n.t('Who may use a load balancer'),
    explanation: l10n.t(
      'The Service names the addresses of clients that may use it (loadBalancerSourceRanges), and others get through in one mode only.',
    ),
    advice: l10n.t(
      "Look at whether the clients of these rows, often the node itself or its pods, belong to the Service's clients.",
    ),
  }),
  'source-address': (l10n) => ({
    title: l10n.t('Client address that endpoints see'),
    explanation: l10n.t(
      'Endpoints see another source address, because the packet is masqueraded in one mode only, or with another address.',
    ),
    advice: l10n.t('Check NetworkPolicies, allow lists and logs of these endpoints that go by the address of clients.'),
  }),
  endpoints: (l10n) => ({
    title: l10n.t('Other endpoints'),
    explanation: l10n.t(
      'Other endpoints of the same Service can be chosen, as a rule because policy Local counts for other sources.',
    ),
    advice: l10n.t('Check that the endpoints that are left can serve these clients alone.'),
  }),
  shares: (l10n) => ({
    title: l10n.t('Other shares'),
    explanation: l10n.t('The same endpoints are chosen, with other parts of the connections.'),
    advice: l10n.t('As a rule nothing; check weights that were set by hand.'),
  }),
  affinity: (l10n) => ({
    title: l10n.t('Session affinity'),
    explanation: l10n.t('A client that was sent to an endpoint before comes to the same one in one mode only.'),
    advice: l10n.t(
      'Do not count on affinity across the change: each mode remembers its own clients, so that all begin anew.',
    ),
  }),
  'reject-or-drop': (l10n) => ({
    title: l10n.t('Refused in another way'),
    explanation: l10n.t(
      'These packets reach no endpoint in either mode. Where they are rejected, clients hear of it at once; else they wait.',
    ),
    advice: l10n.t('As a rule nothing; look at time-outs of clients that try Services without endpoints.'),
  }),
  'cluster-ip-ping': (l10n) => ({
    title: l10n.t('Ping to cluster IPs'),
    explanation: l10n.t(
      'No mode serves pings to cluster IPs; they are answered, refused or sent on in different ways.',
    ),
    advice: l10n.t('Do not use ping to see whether a Service is there.'),
  }),
  'cluster-ip-closed-port': (l10n) => ({
    title: l10n.t('Ports of cluster IPs that no Service has'),
    explanation: l10n.t(
      'Connections to such ports are refused in some modes and leave the node untranslated in others.',
    ),
    advice: l10n.t('As a rule nothing; clients that try wrong ports notice it sooner or later.'),
  }),
  unknown: (l10n) => ({
    title: l10n.t('Not known'),
    explanation: l10n.t(
      'The rules have something that is not modelled, or the snapshot lacks something, so that nothing can be said of these packets.',
    ),
    advice: l10n.t('Open the paths of a row: they say at which rule knowledge ends, and what the snapshot lacks.'),
  }),
};

/** Codes that there is wording for, in the order in which they are shown. */
export const wordedMigrationCodes: readonly string[] = Object.keys(wordings);

/** A change in words; the code itself for one that a newer agent has. */
export function migrationWords(code: string, l10n: Localizer): MigrationWords {
  return wordings[code]?.(l10n) ?? { title: code, explanation: '', advice: '' };
}
