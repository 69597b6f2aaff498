import type { MigrationCode } from '../migrationCodes.ts';

/** What a change means, in English: for the document that is passed on, and for the command line. */
export interface MigrationText {
  readonly title: string;
  readonly meaning: string;
  readonly advice: string;
}

export const migrationTexts: Readonly<Record<MigrationCode, MigrationText>> = {
  'becomes-unreachable': {
    title: 'No longer reachable',
    meaning:
      'These packets reach endpoints today. In the other mode they are refused, dropped, or go where none answers.',
    advice: 'Look at the paths of a row before you change anything: something would stop working for these clients.',
  },
  'becomes-reachable': {
    title: 'Newly reachable',
    meaning: 'These packets are refused, or go where none answers, and would reach endpoints in the other mode.',
    advice: 'See whether these clients may reach the Service; if not, a NetworkPolicy or source ranges keep them out.',
  },
  'localhost-node-port': {
    title: 'Node ports on localhost',
    meaning:
      'iptables mode lets processes of the node reach node ports at 127.0.0.1 unless it is told not to; ipvs and nftables mode do not.',
    advice: "Let these processes use the node's own address, or the cluster IP.",
  },
  'node-port-address': {
    title: 'Node ports on other addresses of the node',
    meaning:
      "Without --nodeport-addresses, nftables mode opens node ports on the node's own address only; iptables and ipvs mode open them on all.",
    advice:
      'Set nodePortAddresses to the addresses that clients use, or 0.0.0.0/0 and ::/0 for all, before you change.',
  },
  'health-check-node-port': {
    title: 'Health check node ports',
    meaning: "What becomes of a load balancer's packets that ask whether this node has endpoints differs.",
    advice:
      'Make sure that no other rule of the node keeps these packets out: in nftables mode kube-proxy lets nothing in.',
  },
  'load-balancer-sources': {
    title: 'Who may use a load balancer',
    meaning:
      'The Service names the addresses of clients that may use it (loadBalancerSourceRanges), and others get through in one mode only.',
    advice:
      "Look at whether the clients of these rows, often the node itself or its pods, belong to the Service's clients.",
  },
  'source-address': {
    title: 'Client address that endpoints see',
    meaning:
      'Endpoints see another source address, because the packet is masqueraded in one mode only, or with another address.',
    advice: 'Check NetworkPolicies, allow lists and logs of these endpoints that go by the address of clients.',
  },
  endpoints: {
    title: 'Other endpoints',
    meaning:
      'Other endpoints of the same Service can be chosen, as a rule because policy Local counts for other sources.',
    advice: 'Check that the endpoints that are left can serve these clients alone.',
  },
  shares: {
    title: 'Other shares',
    meaning: 'The same endpoints are chosen, with other parts of the connections.',
    advice: 'As a rule nothing; check weights that were set by hand.',
  },
  affinity: {
    title: 'Session affinity',
    meaning: 'A client that was sent to an endpoint before comes to the same one in one mode only.',
    advice: 'Do not count on affinity across the change: each mode remembers its own clients, so that all begin anew.',
  },
  'reject-or-drop': {
    title: 'Refused in another way',
    meaning:
      'These packets reach no endpoint in either mode. Where they are rejected, clients hear of it at once; else they wait.',
    advice: 'As a rule nothing; look at time-outs of clients that try Services without endpoints.',
  },
  'cluster-ip-ping': {
    title: 'Ping to cluster IPs',
    meaning: 'No mode serves pings to cluster IPs; they are answered, refused or sent on in different ways.',
    advice: 'Do not use ping to see whether a Service is there.',
  },
  'cluster-ip-closed-port': {
    title: 'Ports of cluster IPs that no Service has',
    meaning: 'Connections to such ports are refused in some modes and leave the node untranslated in others.',
    advice: 'As a rule nothing; clients that try wrong ports notice it sooner or later.',
  },
  unknown: {
    title: 'Not known',
    meaning:
      'The rules have something that is not modelled, or the snapshot lacks something, so that nothing can be said of these packets.',
    advice: 'Open the paths of a row: they say at which rule knowledge ends, and what the snapshot lacks.',
  },
};
