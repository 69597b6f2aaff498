import { formatAddress } from '../../agent/model/address.ts';
import type { TraceDestination, TraceSource } from '../../agent/protocol/traceMessages.ts';
import type { DestinationChoice, SourceChoice } from '../../webview/protocol/packetPath.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { frontendWords } from '../tree/presentation/frontendWords.ts';

/** A place where packets may start, as the form offers it. */
export function presentSource({ from, device }: TraceSource): SourceChoice {
  return { from: from.kind, address: from.ip ?? '', detail: device ?? '' };
}

/** A frontend, as the form offers it. */
export function presentDestination(frontend: TraceDestination, l10n: Localizer): DestinationChoice {
  const { namespace, name, portName, ip, port, protocol, endpoints } = frontend;
  const service =
    name === '' ? formatAddress(ip, port) : `${namespace}/${name}${portName === '' ? '' : `:${portName}`}`;
  return {
    label: service,
    detail: `${frontendWords(frontend.kind, l10n)} ${formatAddress(ip, port)} ${protocol.toUpperCase()}`,
    destination: ip,
    port: String(port),
    protocol,
    endpoints,
  };
}
