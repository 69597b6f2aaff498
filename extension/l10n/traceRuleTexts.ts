import type { Wordings } from './codedMessage.ts';

/** What of a node's rules could not be followed, and what the rules of another mode rest on. */
export const traceRuleTexts: Wordings = {
  'part-not-read': (args, l10n) =>
    l10n.t('{part} could not be read ("{command}"), so what stands there is not followed.', args),
  'match-not-modelled': (args, l10n) => l10n.t('Whether the match "{match}" fits is not known.', args),
  'target-not-modelled': (args, l10n) => l10n.t('What the target "{target}" does with the packet is not known.', args),
  'rule-not-understood': (args, l10n) => l10n.t('The rule\'s "{text}" is not understood.', args),
  'translation-not-known': (args, l10n) =>
    l10n.t('Which address and port of "{range}" the kernel chooses is not known.', args),
  'device-not-known': (args, l10n) =>
    args['direction'] === 'in'
      ? l10n.t('The device that the packet comes in through is not known.')
      : l10n.t('The device that the packet leaves through is not known.'),
  'address-type-not-known': (args, l10n) => l10n.t('Whether {address} is an address of the node is not known.', args),
  'rules-cut-off': (args, l10n) => l10n.t('The table "{table}" in {part} has no end, so rules may be missing.', args),
  'sockets-assumed': (args, l10n) =>
    l10n.t(
      'Rules in {part} ask for sockets that wait for a packet; transparent ones are taken to listen at no single address.',
      args,
    ),
  'device-chain-not-simulated': (args, l10n) =>
    l10n.t('What the chain "{chain}" of table "{table}" does at its network devices is not simulated.', args),
  'hash-shares-assumed': (args, l10n) =>
    l10n.t(
      'Rules in {part} choose by a hash of the packet, which is not computed: all choices count as equally likely.',
      args,
    ),
  'nftables-incomplete': (args, l10n) =>
    l10n.t('Only the beginning of the nftables rules could be read ({part}).', args),
  'expression-not-modelled': (args, l10n) => l10n.t('What "{source}" says of this packet is not known.', args),
  'ipvs-names': (args, l10n) =>
    l10n.t(
      'A virtual server of {part} is written with names, which are not looked up; "{command}" writes numbers.',
      args,
    ),
  'ipvs-cut-off': (args, l10n) => l10n.t('Virtual servers may be missing: {part} is cut off.', args),
  'ipset-missing': (args, l10n) =>
    l10n.t('The snapshot does not have the set "{set}"; "{command}" as root gets all sets.', args),
  'ipset-not-modelled': (args, l10n) =>
    l10n.t('Whether the packet is in the set "{set}" is not known, because of "{what}".', args),
  'ipset-cut-off': (args, l10n) =>
    l10n.t(
      'The dump ends within the set "{set}", so the packet may be in it; "{command}" as root gets all sets.',
      args,
    ),

  'objects-from-rules': (args, l10n) =>
    l10n.t('{services} Services were read off the rules. A file with Services and EndpointSlices is more exact.', args),
  'objects-differ-from-rules': (args, l10n) =>
    l10n.t('{count} of the rules that stand are not those that the Services would have in {mode} mode.', args),
  'objects-with-problems': (args, l10n) =>
    l10n.t('{count} of the objects that were given could not be understood.', args),
  'nameless-services': (args, l10n) =>
    l10n.t('{count} Services have no name in the rules and were put together by their endpoints.', args),
  'frontends-left-out': (args, l10n) =>
    l10n.t('{count} frontends were left out, since no cluster IP could be found that belongs to them.', args),
  'endpoints-assumed-ready': (_args, l10n) => l10n.t('Endpoints that no rule leads to are not known.'),
  'local-endpoints-by-route': (_args, l10n) => l10n.t('Which endpoints are on this node was told by its routes.'),
  'local-endpoints-unknown': (_args, l10n) =>
    l10n.t('Neither rules nor routes tell all endpoints that are on this node.'),
  'node-name-assumed': (args, l10n) =>
    l10n.t('Endpoints are taken to be on this node when they are on a node called {name}.', args),
  'node-address-unknown': (args, l10n) =>
    args['family'] === 'ipv6'
      ? l10n.t("The node's own IPv6 address is not in the snapshot.")
      : l10n.t("The node's own IPv4 address is not in the snapshot."),
  'node-addresses-unknown': (_args, l10n) =>
    l10n.t("The snapshot does not have the node's addresses, on which node ports are open."),
  'pods-not-told-apart': (_args, l10n) =>
    l10n.t("No rule tells pods' addresses from others, so nothing is masqueraded because of them."),
  'node-port-addresses-default': (_args, l10n) =>
    l10n.t('Which addresses take node ports is taken to be the default of each mode.'),
  'scheduler-default': (args, l10n) => l10n.t('ip_vs is taken to schedule by {scheduler}.', args),
  'settings-stay': (args, l10n) => l10n.t('{setting} stays {value} until the node starts again.', args),
};
