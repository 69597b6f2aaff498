import type { ParsedPart } from '../../interpret/parsedSnapshot.ts';
import { isWholePart } from '../../interpret/wholePart.ts';
import { formatAddress } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { IpvsadmSave, IpvsRealServer, IpvsVirtualServer } from '../../ruleset/ipvs/document.ts';
import { Fraction } from '../fraction.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import { servicePortProtocols } from '../servicePortProtocols.ts';
import { tracedAddress } from '../tracedAddress.ts';
import type { ScheduledServer, Scheduling, VirtualServers } from '../virtualServers.ts';
import { sharesOf } from './schedulers.ts';

const tcp = servicePortProtocols.tcp;
const ftp = 21;
const ftpData = 20;
const firstFreePort = 1024;

/** A virtual server with where it stands. */
interface Listed {
  readonly virtualServer: IpvsVirtualServer;
  readonly document: ParsedPart<IpvsadmSave>;
}

/**
 * The virtual servers of a snapshot.
 * @param setting the kernel's settings, by names with dots
 */
export function virtualServers(
  documents: readonly ParsedPart<IpvsadmSave>[],
  setting: (name: string) => string | undefined = () => undefined,
): VirtualServers {
  return new SnapshotVirtualServers(documents, setting('net.ipv4.vs.expire_quiescent_template') === '1');
}

class SnapshotVirtualServers implements VirtualServers {
  readonly isActive: boolean;
  readonly missing: readonly TraceFact[];
  readonly #servers = new Map<string, Listed>();
  readonly #forgetsQuiescent: boolean;

  /** @param forgetsQuiescent what persistence remembers does not count for real servers without weight */
  constructor(documents: readonly ParsedPart<IpvsadmSave>[], forgetsQuiescent: boolean) {
    this.#forgetsQuiescent = forgetsQuiescent;
    const missing: TraceFact[] = [];
    for (const document of documents) {
      for (const virtualServer of document.document.virtualServers) {
        const key = keyOf(virtualServer);
        if (key !== undefined) this.#servers.set(key, { virtualServer, document });
        else missing.push(namesFact(document.part.id));
      }
      if (!isWholePart(document.part)) missing.push(cutOffFact(document.part.id));
    }
    this.isActive = this.#servers.size > 0;
    this.missing = missing;
  }

  schedule(packet: TracedPacket, remembered: string | undefined): Scheduling | undefined {
    const listed = this.#find(packet);
    if (listed === undefined) return undefined;
    const { virtualServer, document } = listed;
    const { service, scheduler, persistenceTimeout } = virtualServer;
    const isPersistent = persistenceTimeout !== undefined;
    const shares = sharesOf(virtualServer);
    const scheduling = {
      virtualServer: serviceText(virtualServer),
      scheduler,
      location: document.locator.at(virtualServer.span),
    };
    const ownPort = service.kind === 'address' ? service.address.port : undefined;
    // Persistence keeps the ports of packets that are not to the virtual server's own.
    const keepsPort = isPersistent && ownPort !== packet.destinationPort;
    if (isPersistent && remembered !== undefined) {
      const server = virtualServer.realServers
        .filter(({ weight }) => weight > 0 || !this.#forgetsQuiescent)
        .map((each) => serverOf(each, packet, keepsPort, Fraction.one))
        .find((each) => each?.text === remembered);
      if (server) return { ...scheduling, servers: [server], decidedBy: ['source address'] };
    }
    const total = shares.weights.reduce((sum, weight) => sum + weight, shares.refused);
    const servers = virtualServer.realServers.flatMap((server, index) => {
      const weight = shares.weights[index] ?? 0;
      const scheduled = weight > 0 ? serverOf(server, packet, keepsPort, Fraction.of(weight, total)) : undefined;
      return scheduled ? [scheduled] : [];
    });
    const decidedBy = servers.length + Number(shares.refused > 0) > 1 ? shares.decidedBy : [];
    return { ...scheduling, servers, decidedBy };
  }

  /** ip_vs_service_find of net/netfilter/ipvs/ip_vs_ctl.c. */
  #find(packet: TracedPacket): Listed | undefined {
    const { family, protocol, destination, sourcePort, destinationPort, mark } = packet;
    // What FTP sends by itself belongs to connections that are there.
    if (sourcePort === ftpData) return undefined;
    if (destinationPort === undefined || !Object.values<number>(servicePortProtocols).includes(protocol))
      return undefined;
    const marked = mark === 0 ? undefined : this.#servers.get(`mark ${family} ${mark}`);
    const at = (port: number): Listed | undefined => this.#servers.get(`${protocol} ${destination.text} ${port}`);
    const own = marked ?? at(destinationPort);
    if (own) return own;
    // Connections that FTP opens beside its own belong to its virtual server.
    const isFtpData = protocol === tcp && (destinationPort === ftpData || destinationPort >= firstFreePort);
    const found = (isFtpData ? at(ftp) : undefined) ?? at(0);
    // ip_vs_schedule passes packets to other ports unless the virtual server is persistent.
    return found?.virtualServer.persistenceTimeout === undefined ? undefined : found;
  }
}

/** @returns undefined for a virtual server that is written with names */
function keyOf({ service }: IpvsVirtualServer): string | undefined {
  if (service.kind === 'fwmark') return `mark ${service.family === 'inet6' ? 'ipv6' : 'ipv4'} ${service.mark}`;
  const address = tracedAddress(service.address.host);
  if (address === undefined || service.address.portName !== undefined) return undefined;
  return `${servicePortProtocols[service.protocol]} ${address.text} ${service.address.port ?? 0}`;
}

function serviceText({ service }: IpvsVirtualServer): string {
  if (service.kind === 'fwmark') return `FWM ${service.mark}`;
  const { host, port } = service.address;
  return `${service.protocol.toUpperCase()} ${formatAddress(tracedAddress(host)?.text ?? host, port)}`;
}

function serverOf(
  { address, forwarding }: IpvsRealServer,
  packet: TracedPacket,
  keepsPort: boolean,
  probability: Fraction,
): ScheduledServer | undefined {
  const target: TracedAddress | undefined = tracedAddress(address.host);
  if (target === undefined) return undefined;
  const port = keepsPort || !address.port ? packet.destinationPort : address.port;
  return { address: target, port, probability, forwarding, text: formatAddress(target.text, port) };
}

function namesFact(part: string): TraceFact {
  const command = 'ipvsadm -Sn > ipvsadm-save.txt';
  return {
    code: 'ipvs-names',
    message: `A virtual server of ${part} is written with names, which are not looked up; "${command}" writes numbers.`,
    args: { part, command },
  };
}

function cutOffFact(part: string): TraceFact {
  return { code: 'ipvs-cut-off', message: `Virtual servers may be missing: ${part} is cut off.`, args: { part } };
}
