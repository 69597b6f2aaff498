import type { TraceFact } from '../../model/packetTrace.ts';

type Args = TraceFact['args'];

function fact(code: string, message: string, args: Args = {}): TraceFact {
  return { code, message, args };
}

/** Why a packet's way ends where it does, or cannot be followed. */
export const reasons = {
  missingChain: (table: string, chain: string) =>
    fact('missing-chain', `There is no chain ${chain} in the table ${table}.`, { table, chain }),
  chainLoop: (table: string, chain: string) =>
    fact('chain-loop', `The chain ${chain} of the table ${table} leads back to itself.`, { table, chain }),
  tooManyWays: (limit: number) =>
    fact('too-many-ways', `The packet can go more than ${limit} ways; the others are not followed.`, { limit }),
  tunnelled: (server: string) =>
    fact('tunnelled', `The packet goes on to ${server} inside of another one, which is not followed.`, { server }),
  serverNotSaid: (virtualServer: string) =>
    fact('server-not-said', `Which real server of ${virtualServer} the connection has is not said.`, { virtualServer }),
  multicast: (address: string) => fact('multicast', `${address} is a multicast address.`, { address }),
  forwardingOff: (device: string) =>
    fact('forwarding-off', `The node does not forward packets that come in through ${device}.`, { device }),
  loopbackFromOutside: (device: string, address: string) =>
    fact('loopback-from-outside', `${address} is not taken from ${device} while route_localnet is off.`, {
      device,
      address,
    }),
  ipv6LoopbackFromOutside: (device: string, address: string) =>
    fact('ipv6-loopback-from-outside', `${address} is not taken from ${device}.`, { device, address }),
  loopbackToOutside: (device: string, address: string) =>
    fact('loopback-to-outside', `Packets from ${address} do not leave through ${device} while route_localnet is off.`, {
      device,
      address,
    }),
  ownSource: (address: string) =>
    fact('own-source', `A packet from outside cannot come from ${address}, which is an address of the node.`, {
      address,
    }),
  reversePath: (device: string, address: string, expected: string) =>
    fact('reverse-path', `The way back to ${address} does not lead through ${device} but through ${expected}.`, {
      device,
      address,
      expected,
    }),
  noWayBack: (address: string) => fact('no-way-back', `No route leads back to ${address}.`, { address }),
  noRoute: (address: string) => fact('no-route', `No route leads to ${address}.`, { address }),
  loopbackServer: (server: string) =>
    fact('loopback-server', `ipvs does not translate packets from outside to ${server}.`, { server }),
  loopbackClient: (address: string) =>
    fact('loopback-client', `ipvs does not send packets from ${address} out of the node.`, { address }),
  noAddress: (device: string) =>
    fact('no-address', `There is no address of ${device} to translate packets to.`, { device }),
} as const;

/** What is taken for granted where the snapshot does not say. */
export const assumptions = {
  setting: (name: string, value: string) =>
    fact('setting-assumed', `${name} is not known; it is taken to be ${value}. "sysctl ${name}" tells.`, {
      name,
      value,
    }),
  inDevice: (address: string) =>
    fact(
      'in-device-not-known',
      `Through which device packets from ${address} come in is not known: the snapshot has no routes. "ip -j route show table all" tells.`,
      { address },
    ),
  notLocal: (address: string) =>
    fact(
      'addresses-not-known',
      `${address} is taken not to be an address of the node: the snapshot has no addresses. "ip -j addr" tells them.`,
      { address },
    ),
  ownAddress: () =>
    fact(
      'own-address-not-known',
      'Which address the node uses is not known, and shown as unspecified: the snapshot lacks addresses or routes. "ip -j addr" and "ip -j route show table all" tell.',
    ),
  sourceNotSaid: () =>
    fact(
      'source-translation-not-said',
      'Whether the source of a connection that is not new was translated is not said; it is taken not to be.',
    ),
  sameDevice: (device: string, setting: string) =>
    fact(
      'same-device',
      `The packet leaves through ${device}, where it came in. If that is a bridge, its ports reach each other without these hooks, unless ${setting} is 1.`,
      { device, setting },
    ),
  bridgedAnswer: (device: string, setting: string) =>
    fact(
      'bridged-answer',
      `The packet leaves through ${device}, where it came in. If that is a bridge, answers pass the node by and are not translated back unless the packet is masqueraded, because ${setting} is 0.`,
      { device, setting },
    ),
  samePriority: (hook: string, first: string, second: string) =>
    fact(
      'same-priority',
      `The chains of ${first} and of ${second} have the same priority at ${hook}; the one made last runs first, and the snapshot does not say which one that is.`,
      { hook, first, second },
    ),
} as const;
