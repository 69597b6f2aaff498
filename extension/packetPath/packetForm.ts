import { isIP } from 'node:net';
import type { FormField, PacketForm } from '../../webview/protocol/packetPath.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Request } from './traceTypes.ts';

/** What is wrong with a field of the form. */
export interface FormProblem {
  readonly field: FormField;
  readonly text: string;
}

/** A form in which only the destination is missing. */
export const emptyForm: PacketForm = {
  from: 'node',
  address: '',
  device: '',
  destination: '',
  protocol: 'tcp',
  port: '',
  sourcePort: '',
  mark: '',
  state: 'new',
  translatedTo: '',
  remembered: '',
  rules: 'live',
};

/** The packet that a form describes, or what is wrong with it. */
export function packetRequestOf(
  form: PacketForm,
  l10n: Localizer,
): { readonly request: Request } | { readonly problems: readonly FormProblem[] } {
  const problems: FormProblem[] = [];
  const wrong = (field: FormField, text: string): void => void problems.push({ field, text });
  const address = form.address.trim();
  const destination = form.destination.trim();
  const needsSource = form.from !== 'node';
  if (needsSource ? isIP(address) === 0 : address !== '' && isIP(address) === 0) {
    wrong('address', l10n.t('An IP address is needed here.'));
  }
  if (isIP(destination) === 0) wrong('destination', l10n.t('An IP address or a Service is needed here.'));
  else if (isIP(address) !== 0 && isIP(address) !== isIP(destination)) {
    wrong('address', l10n.t('Source and destination are of different families.'));
  }
  const numberIn = (field: 'port' | 'sourcePort' | 'mark', highest: number, text: string): number | undefined => {
    const typed = form[field].trim();
    if (typed === '') return undefined;
    const value = Number(typed);
    if (Number.isInteger(value) && value >= 0 && value <= highest) return value;
    wrong(field, text);
    return undefined;
  };
  const portText = l10n.t('A port is a number from 0 to 65535.');
  const hasPorts = form.protocol !== 'icmp';
  const port = hasPorts ? numberIn('port', 65_535, portText) : undefined;
  if (hasPorts && form.port.trim() === '') wrong('port', portText);
  const sourcePort = hasPorts ? numberIn('sourcePort', 65_535, portText) : undefined;
  const mark = numberIn('mark', 0xffff_ffff, l10n.t('A mark is a number of 32 bits, such as 0x4000.'));
  for (const field of ['translatedTo', 'remembered'] as const) {
    if (form[field].trim() !== '' && !isEndpoint(form[field].trim())) {
      wrong(field, l10n.t('An address with a port is needed here: 10.0.0.2:8080'));
    }
  }
  if (problems.length > 0) return { problems };
  const translatedTo = form.translatedTo.trim();
  const isNew = form.state === 'new' && translatedTo === '';
  return {
    request: {
      from:
        form.from === 'node'
          ? { kind: 'node', ...(address === '' ? {} : { ip: address }) }
          : form.from === 'pod'
            ? { kind: 'pod', ip: address }
            : { kind: 'external', ip: address, ...(form.device.trim() === '' ? {} : { device: form.device.trim() }) },
      destination,
      protocol: form.protocol,
      ...(port === undefined ? {} : { port }),
      ...(sourcePort === undefined ? {} : { sourcePort }),
      ...(mark === undefined ? {} : { mark }),
      ...(isNew ? {} : { connection: { state: form.state, ...(translatedTo === '' ? {} : { translatedTo }) } }),
      ...(form.remembered.trim() === '' ? {} : { remembered: form.remembered.trim() }),
    },
  };
}

/** The form of a packet; what the packet does not say is empty. */
export function formOf(request: Request, rules: PacketForm['rules']): PacketForm {
  return {
    from: request.from.kind,
    address: request.from.ip ?? '',
    device: request.from.kind === 'external' ? (request.from.device ?? '') : '',
    destination: request.destination,
    protocol: request.protocol,
    port: request.port === undefined ? '' : String(request.port),
    sourcePort: request.sourcePort === undefined ? '' : String(request.sourcePort),
    mark: request.mark === undefined ? '' : `0x${request.mark.toString(16)}`,
    state: request.connection?.state ?? 'new',
    translatedTo: request.connection?.translatedTo ?? '',
    remembered: request.remembered ?? '',
    rules,
  };
}

/** `10.0.0.2:8080`, `[fd00::2]:8080`. */
function isEndpoint(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? '') !== 0 && Number(port) <= 65_535;
}
