import { isIP } from 'node:net';
import type { TraceSource } from '../../agent/protocol/traceMessages.ts';
import type { PacketForm } from '../../webview/protocol/packetPath.ts';
import type { TraceChoicesResult } from '../agentClient/traceClient.ts';
import { emptyForm } from './packetForm.ts';

/** A packet that a node is likely to see: from one of its pods to a cluster IP that has endpoints. */
export function sensibleForm({ destinations }: TraceChoicesResult): PacketForm {
  const frontend =
    destinations.find(({ kind, endpoints }) => kind === 'clusterIP' && endpoints.length > 0) ?? destinations[0];
  return {
    ...emptyForm,
    from: 'pod',
    ...(frontend === undefined
      ? {}
      : { destination: frontend.ip, port: String(frontend.port), protocol: frontend.protocol }),
  };
}

/**
 * A form whose source can send to its destination: where the source is missing or of the other family, one of the same
 * kind takes its place, else any, else the node itself.
 */
export function withFittingSource(form: PacketForm, sources: readonly TraceSource[]): PacketForm {
  const family = isIP(form.destination);
  const fits = (ip: string | undefined): boolean => family === 0 || isIP(ip ?? '') === family;
  if (form.from === 'node' ? form.address === '' || fits(form.address) : form.address !== '' && fits(form.address)) {
    return form;
  }
  const fitting = sources.filter(({ from }) => fits(from.ip));
  const source = fitting.find(({ from }) => from.kind === form.from) ?? fitting[0];
  return { ...form, from: source?.from.kind ?? 'node', address: source?.from.ip ?? '', device: '' };
}
