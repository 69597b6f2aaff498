import type { Wordings } from './codedMessage.ts';

/** Why a packet's way ends where it does, what is not known of it, and what was taken for granted. */
export const traceTexts: Wordings = {
  'missing-chain': (args, l10n) => l10n.t('There is no chain {chain} in the table {table}.', args),
  'chain-loop': (args, l10n) => l10n.t('The chain {chain} of the table {table} leads back to itself.', args),
  'too-many-ways': (args, l10n) =>
    l10n.t('The packet can go more than {limit} ways; the others are not followed.', args),
  tunnelled: (args, l10n) =>
    l10n.t('The packet goes on to {server} inside of another one, which is not followed.', args),
  'server-not-said': (args, l10n) =>
    l10n.t(
      'Which real server of {virtualServer} the connection has is not said: "Translated to before" says it.',
      args,
    ),
  'ipv6-loopback-source': (_args, l10n) => l10n.t('A packet from ::1 would leave the node.'),
  multicast: (args, l10n) => l10n.t('{address} is a multicast address.', args),
  'forwarding-off': (args, l10n) =>
    l10n.t('The node does not forward packets that come in through {device} (ip_forward).', args),
  'loopback-from-outside': (args, l10n) =>
    l10n.t('{address} is not taken from {device} while route_localnet is off.', args),
  'ipv6-loopback-from-outside': (args, l10n) => l10n.t('{address} is not taken from {device}.', args),
  'loopback-to-outside': (args, l10n) =>
    l10n.t('Packets from {address} do not leave through {device} while route_localnet is off.', args),
  'own-source': (args, l10n) =>
    l10n.t('A packet from outside cannot come from {address}, which is an address of the node.', args),
  'reverse-path': (args, l10n) =>
    l10n.t(
      'The way back to {address} does not lead through {device} but through {expected}, so that rp_filter drops the packet.',
      args,
    ),
  'no-way-back': (args, l10n) => l10n.t('No route leads back to {address}, so that rp_filter drops the packet.', args),
  'no-route': (args, l10n) => l10n.t('No route leads to {address}.', args),
  'loopback-server': (args, l10n) => l10n.t('ip_vs does not translate packets from outside to {server}.', args),
  'loopback-client': (args, l10n) => l10n.t('ip_vs does not send packets from {address} out of the node.', args),
  'no-address': (args, l10n) =>
    l10n.t('There is no address for masquerading packets that leave through {device}.', args),

  'setting-assumed': (args, l10n) =>
    l10n.t('{name} is not known; it is taken to be {value}. "sysctl {name}" tells.', args),
  'in-device-not-known': (args, l10n) =>
    l10n.t(
      'Through which device packets from {address} come in is not known: the snapshot has no routes. "ip -j route show table all" tells.',
      args,
    ),
  'addresses-not-known': (args, l10n) =>
    l10n.t(
      '{address} is taken not to be an address of the node: the snapshot has no addresses. "ip -j addr" tells them.',
      args,
    ),
  'own-address-not-known': (_args, l10n) =>
    l10n.t(
      'Which address the node uses is not known, and shown as unspecified: the snapshot lacks addresses or routes. "ip -j addr" and "ip -j route show table all" tell.',
    ),
  'source-translation-not-said': (_args, l10n) =>
    l10n.t('Whether the source of a connection that is not new was translated is not said; it is taken not to be.'),
  'same-device': (args, l10n) =>
    l10n.t(
      'The packet leaves through {device}, where it came in. If that is a bridge, its ports reach each other without these hooks, unless {setting} is 1.',
      args,
    ),
  'bridged-answer': (args, l10n) =>
    l10n.t(
      'The packet leaves through {device}, where it came in. If that is a bridge, answers pass the node by and are not translated back unless the packet is masqueraded, because {setting} is 0.',
      args,
    ),
  'same-priority': (args, l10n) =>
    l10n.t(
      'The chains of {first} and of {second} have the same priority at {hook}; the one made last runs first, and the snapshot does not say which one that is.',
      args,
    ),

  'addresses-missing': (args, l10n) => l10n.t('The snapshot has no addresses; "{command}" gets them.', args),
  'routes-missing': (args, l10n) => l10n.t('The snapshot has no routes; "{command}" gets them.', args),
  'rules-missing': (args, l10n) => l10n.t('The snapshot has no routing rules; "{command}" gets them.', args),
  'sysctls-missing': (args, l10n) => l10n.t('The snapshot has no kernel settings; "{command}" gets them.', args),
  'network-entries-not-understood': (args, l10n) => l10n.t('{count} entries of {part} are not understood.', args),
  'routing-rule-not-modelled': (args, l10n) =>
    l10n.t('Whether the routing rule "{rule}" holds for the packet is not known, because of "{selector}".', args),
  'multipath-route': (args, l10n) => l10n.t('The route has several ways ({devices}); the first one is shown.', args),

  'invalid-address': (args, l10n) => l10n.t('"{text}" is no IP address.', args),
  'invalid-endpoint': (args, l10n) => l10n.t('"{text}" is no address with a port of the packet\'s family.', args),
  'port-missing': (args, l10n) => l10n.t('A packet of {protocol} needs a port to go to.', args),
  'other-family': (args, l10n) => l10n.t('A packet from {source} cannot go to {destination}.', args),

  'no-service-mode': (_args, l10n) => l10n.t('No rules of kube-proxy that can be compared stand on this node.'),

  'not-scheduled': (args, l10n) =>
    l10n.t('The virtual server {virtualServer} has no real server {server} that takes connections.', args),
  'no-such-verdict': (args, l10n) => l10n.t('No way of the packet ends with {verdict}.', args),
  'endpoint-not-in-rules': (args, l10n) => l10n.t('No rule of the node translates to {endpoint}.', args),
  'not-on-the-way': (args, l10n) => l10n.t('The packet meets no rule that could lead to {endpoint}.', args),
};
