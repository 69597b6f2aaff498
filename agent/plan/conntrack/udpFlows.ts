/** A UDP flow that the kernel tracks, as far as Services matter. */
export interface UdpFlow {
  /** Where its first packet was sent. */
  readonly destination: string;
  readonly destinationPort: number;
  /** Where answers come from: the endpoint, or the destination itself when that was not translated. */
  readonly answerer: string;
  readonly answererPort: number;
}

/** `src=A dst=B sport=N dport=M` of the first packet, then the same of an answer. */
const entry =
  / src=\S+ dst=(?<destination>\S+) sport=\d+ dport=(?<port>\d+) .*src=(?<answerer>\S+) dst=\S+ sport=(?<answererPort>\d+) /;

/** Reads what `conntrack -L -p udp` prints. Lines in other forms are passed over. */
export function* readUdpFlows(text: string): Generator<UdpFlow> {
  for (const line of text.split('\n')) {
    const found = entry.exec(line)?.groups;
    if (found === undefined) continue;
    yield {
      destination: found['destination'] ?? '',
      destinationPort: Number(found['port']),
      answerer: found['answerer'] ?? '',
      answererPort: Number(found['answererPort']),
    };
  }
}
