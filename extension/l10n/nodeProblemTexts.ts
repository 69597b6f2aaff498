import type { Wordings } from './codedMessage.ts';
import type { Localizer } from './localizer.ts';

/** What looks wrong on a node as a whole. */
export const nodeProblemTexts: Wordings = {
  'unequal-shares': (args, l10n) =>
    Number(args['lostPercent']) > 0
      ? l10n.t(
          'Chain {chain} does not give its {endpoints} endpoints equal shares, and {lostPercent} % of new connections reach none.',
          args,
        )
      : l10n.t('Chain {chain} does not give its {endpoints} endpoints equal shares of new connections.', args),
  'endpoint-without-dnat': (args, l10n) =>
    l10n.t('Chain {chain} has no DNAT rule, so connections that are given to this endpoint reach nothing.', args),
  'rules-in-both-backends': (args, l10n) =>
    Number(args['kubeChainsLegacy']) > 0 && Number(args['kubeChainsNfTables']) > 0
      ? l10n.t(
          'Kubernetes has chains in both backends of iptables, legacy and nf_tables: one of them is stale and still in force.',
          args,
        )
      : l10n.t('Both backends of iptables, legacy and nf_tables, hold rules, and the kernel runs both.', args),
  'leftover-chains': (args, l10n) =>
    Number(args['chains']) === 1
      ? l10n.t(
          '1 chain of the {mode} mode is left in {backend} iptables ({family}), though the node is in {current} mode. "kube-proxy --cleanup" removes it.',
          args,
        )
      : l10n.t(
          '{chains} chains of the {mode} mode are left in {backend} iptables ({family}), though the node is in {current} mode. "kube-proxy --cleanup" removes them.',
          args,
        ),
  'leftover-virtual-servers': (args, l10n) =>
    Number(args['count']) === 1
      ? l10n.t(
          '1 virtual server of the ipvs mode is left, though the node is in {current} mode. "kube-proxy --cleanup" removes it.',
          args,
        )
      : l10n.t(
          '{count} virtual servers of the ipvs mode are left, though the node is in {current} mode. "kube-proxy --cleanup" removes them.',
          args,
        ),
  'leftover-addresses': (args, l10n) =>
    Number(args['count']) === 1
      ? l10n.t(
          '1 address on kube-ipvs0 of the ipvs mode is left, though the node is in {current} mode. "kube-proxy --cleanup" removes it.',
          args,
        )
      : l10n.t(
          '{count} addresses on kube-ipvs0 of the ipvs mode are left, though the node is in {current} mode. "kube-proxy --cleanup" removes them.',
          args,
        ),
  'leftover-sets': (args, l10n) =>
    Number(args['count']) === 1
      ? l10n.t(
          '1 ipset of the ipvs mode is left, though the node is in {current} mode. "kube-proxy --cleanup" removes it.',
          args,
        )
      : l10n.t(
          '{count} ipsets of the ipvs mode are left, though the node is in {current} mode. "kube-proxy --cleanup" removes them.',
          args,
        ),
  'leftover-table': (args, l10n) =>
    l10n.t(
      'The nftables table {family} {table} of the nftables mode is left, though the node is in {current} mode. "kube-proxy --cleanup" removes it.',
      args,
    ),
  'missing-set': (args, l10n) => l10n.t('The rule names the set {set}, which does not exist on the node.', args),
  'part-missing': (args, l10n) => missingPart(args, l10n),
  'part-incomplete': (args, l10n) =>
    `${l10n.t('{part} was read only in part.', args)} ${partAdvice(args['reason'], l10n)}`.trim(),
  'part-failed': (args, l10n) =>
    `${l10n.t('{part} could not be read.', args)} ${partAdvice(args['reason'], l10n)}`.trim(),
  'part-empty': (args, l10n) => l10n.t('{part} is empty.', args),
  'part-cut-off': (args, l10n) =>
    l10n.t('{part} ends within a line: the rest may have been cut off. Nothing is said to be missing in it.', args),
  'part-unrecognised': (args, l10n) =>
    l10n.t(
      '{part} is none of the dumps that are understood: iptables-save, ipset save, ipvsadm -S, nft list ruleset, ip addr.',
      args,
    ),
  'unreferenced-chain': (args, l10n) => l10n.t('No rule leads to chain {chain}, so its rules have no effect.', args),
  'real-server-weight-zero': (args, l10n) =>
    l10n.t(
      'Real server {realServer} of {virtualServer} has weight 0: it gets no new connections. kube-proxy sets that while connections to a removed endpoint end.',
      args,
    ),
  'address-not-bound': (args, l10n) =>
    l10n.t(
      'The address of virtual server {virtualServer} is not on kube-ipvs0, so its packets do not reach ip_vs.',
      args,
    ),
  'virtual-server-not-in-sets': (args, l10n) =>
    l10n.t(
      "No set of kube-proxy's holds virtual server {virtualServer}: it was left over, or made by another program.",
      args,
    ),
};

function missingPart(args: Readonly<Record<string, string | number>>, l10n: Localizer): string {
  switch (args['kind']) {
    case 'iptables-save':
      return l10n.t('No iptables rules were read, so no Services can be shown.');
    case 'ipvsadm-save':
      return l10n.t('No virtual servers were read (ipvsadm -Sn), so no Services can be shown.');
    case 'ipset-save':
      return l10n.t(
        'No ipsets were read (ipset save), so it is not known as what a virtual server reaches its Service.',
      );
    default:
      return l10n.t('No nftables table kube-proxy was read, so no Services can be shown.');
  }
}

/** Why a part is not complete, and what to do about it, by the code of the part's own reason. */
function partAdvice(reason: string | number | undefined, l10n: Localizer): string {
  switch (reason) {
    case 'permission-denied':
      return l10n.t('Only root may read it: connect as root, or let sudo do it.');
    case 'lock-held':
      return l10n.t('Another program holds the lock; try again when it is done.');
    case 'timed-out':
      return l10n.t('It took too long; try again when the node is less busy.');
    case 'crashed':
      return l10n.t(
        'The tool crashed; what it printed before is shown. Reading large nf_tables rule sets with nft works where iptables-save crashes.',
      );
    case 'output-too-long':
      return l10n.t('It is very long; what was printed before is shown.');
    default:
      return l10n.t('"What Was Read" says why.');
  }
}
