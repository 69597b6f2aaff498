import type { IpFamily } from '../../model/address.ts';
import type { TracedAddress } from '../packet.ts';
import { readAddress } from '../tracedAddress.ts';

export interface ReadEndpoint {
  readonly address: TracedAddress & { readonly family: IpFamily };
  readonly port: number | undefined;
}

/** Reads `10.0.0.2:8080`, `[fd00::2]:8080`, or an address alone. */
export function readEndpoint(text: string): ReadEndpoint | undefined {
  const { host, port } = /^\[(?<host>[^\]]+)\](?::(?<port>\d{1,5}))?$/.exec(text)?.groups ??
    /^(?<host>[^:]+)(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? { host: text };
  const address = readAddress(host ?? '');
  const number = port === undefined ? undefined : Number(port);
  return address === undefined || (number ?? 0) > 65_535 ? undefined : { address, port: number };
}
