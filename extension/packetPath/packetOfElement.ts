import { formatAddress } from '../../agent/model/address.ts';
import type { TraceDestination } from '../../agent/protocol/traceMessages.ts';
import type { TreeElement, TreeElementOf } from '../../agent/protocol/treeElement.ts';
import type { RulePacket } from './packetOfRule.ts';

/** A packet to something in the tree. */
export interface ElementPacket {
  readonly packet: RulePacket;
  /** The endpoint whose way is shown first. */
  readonly wanted?: string;
}

/** Asks for the frontends that match words. */
export type FindFrontends = (filter: string) => Promise<readonly TraceDestination[]>;

/**
 * The packet that a line of the tree is for: a frontend's own, else one to the first frontend of the Service that it
 * stands under. Undefined where it stands under none.
 *
 * @param path the line's element and those that it stands under, from it upwards
 */
export async function packetOfElement(
  path: readonly TreeElement[],
  findFrontends: FindFrontends,
): Promise<ElementPacket | undefined> {
  const of = <Kind extends TreeElement['kind']>(kind: Kind): TreeElementOf<Kind> | undefined =>
    path.find((element): element is TreeElementOf<Kind> => element.kind === kind);
  const frontend = of('frontend');
  if (frontend?.ip !== undefined) {
    return { packet: { destination: frontend.ip, protocol: frontend.protocol, port: String(frontend.port) } };
  }
  const server = of('virtualServer');
  const endpoint = of('endpoint');
  const wanted = endpoint === undefined ? {} : { wanted: formatAddress(endpoint.ip, endpoint.port) };
  if (server?.ip !== undefined && server.port !== undefined && server.protocol !== 'fwmark') {
    return { packet: { destination: server.ip, protocol: server.protocol, port: String(server.port) }, ...wanted };
  }
  const found = (await findFrontends(wordsOf(of('servicePort'), of('service'), frontend))).filter(
    (candidate) => frontend === undefined || candidate.port === frontend.port,
  );
  const port = of('servicePort');
  const exact = found.find(
    ({ port: number, kind }) => kind === 'clusterIP' && (port === undefined || number === port.port),
  );
  const best = exact ?? found[0];
  if (best === undefined) return undefined;
  return { packet: { destination: best.ip, protocol: best.protocol, port: String(best.port) }, ...wanted };
}

function wordsOf(
  port: TreeElementOf<'servicePort'> | undefined,
  service: TreeElementOf<'service'> | undefined,
  frontend: TreeElementOf<'frontend'> | undefined,
): string {
  const name = port === undefined ? [service?.namespace, service?.name] : [port.namespace, port.service];
  const number = frontend?.port ?? port?.port;
  return [...name, number].filter((word) => word !== undefined && word !== '').join(' ');
}
