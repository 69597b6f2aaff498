import type { IpFamily } from '../../../../agent/model/address.ts';
import type { PartKind, SnapshotPart } from '../../../../agent/model/snapshot.ts';
import { nodeNetwork } from '../../../../agent/trace/network/nodeNetwork.ts';
import type { NodeNetwork, Route, RouteQuestion } from '../../../../agent/trace/nodeNetwork.ts';
import { address } from '../tracedPacket.ts';

/** What a node's dumps say, in either form of iproute2. */
export interface NetworkTexts {
  readonly addresses?: string;
  readonly routes?: string;
  readonly routes6?: string;
  readonly rules?: string;
  readonly rules6?: string;
  readonly sysctls?: string;
}

export function networkOf(texts: NetworkTexts): NodeNetwork {
  const part = (id: string, kind: PartKind, text: string | undefined): SnapshotPart[] =>
    text === undefined ? [] : [{ id, kind, source: [], status: 'complete', durationMs: 0, text }];
  const parts = [
    ...part('addresses', 'addresses', texts.addresses),
    ...part('routes', 'routes', texts.routes),
    ...part('routes6', 'routes', texts.routes6),
    ...part('rules', 'routing-rules', texts.rules),
    ...part('rules6', 'routing-rules', texts.rules6),
    ...part('sysctls', 'sysctls', texts.sysctls),
  ];
  return nodeNetwork({ snapshot: { takenAt: '', nodeName: 'n', origin: 'files', parts } });
}

export function familyOf(text: string): IpFamily {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

/** A question about packets that the node itself sends, unless said otherwise. */
export function routeTo(
  network: NodeNetwork,
  destination: string,
  { from, ...others }: Partial<RouteQuestion> & { readonly from?: string } = {},
): Route {
  return network.route({
    family: familyOf(destination),
    destination: address(destination),
    source: from === undefined ? undefined : address(from),
    mark: 0,
    inDevice: undefined,
    ...others,
  });
}

/** `unicast eth0 via 10.0.0.1 src 10.0.0.5` */
export function words({ type, device, via, preferredSource, assumed }: Route): string {
  return [
    type,
    device ?? '',
    via === undefined ? '' : `via ${via.text}`,
    preferredSource === undefined ? '' : `src ${preferredSource.text}`,
    assumed === undefined ? '' : `(${assumed.code})`,
  ]
    .filter((word) => word !== '')
    .join(' ');
}
