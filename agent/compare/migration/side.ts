import { formatAddress } from '../../model/address.ts';
import type { PacketRequest, PacketTrace, TraceOutcome } from '../../model/packetTrace.ts';
import type { SideVerdict } from '../migrationCodes.ts';

/** What becomes of a packet, as far as its sender or its receiver can tell. */
export interface Side {
  /** How its ways end, with the part of packets of each. */
  readonly verdicts: ReadonlyMap<SideVerdict, number>;
  /** The endpoints that it reaches, by `ADDRESS:PORT`. */
  readonly endpoints: ReadonlyMap<string, ReachedEndpoint>;
}

export interface ReachedEndpoint {
  readonly probability: number;
  /** As people write it. */
  readonly share: string;
  /** The addresses that the endpoint sees as that of its client. */
  readonly sources: ReadonlySet<string>;
}

/** Looks at the ends of a packet's ways. */
export function sideOf({ outcomes }: PacketTrace, { destination, port }: PacketRequest): Side {
  const sent = formatAddress(destination, port);
  const verdicts = new Map<SideVerdict, number>();
  const endpoints = new Map<string, ReachedEndpoint & { readonly sources: Set<string> }>();
  for (const outcome of outcomes) {
    const verdict = verdictOf(outcome, sent);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + outcome.probability);
    if (verdict !== 'endpoint') continue;
    const known = endpoints.get(outcome.destination);
    const probability = (known?.probability ?? 0) + outcome.probability;
    endpoints.set(outcome.destination, {
      probability,
      share: known === undefined ? outcome.share : String(Number(probability.toFixed(4))),
      sources: (known?.sources ?? new Set()).add(hostOf(outcome.source)),
    });
  }
  return { verdicts, endpoints };
}

function verdictOf({ verdict, destination, delivered }: TraceOutcome, sent: string): SideVerdict {
  switch (verdict.kind) {
    case 'reject':
      return `reject ${verdict.with}`;
    case 'drop':
    case 'unknown':
      return verdict.kind;
    case 'accept':
      if (destination !== sent) return 'endpoint';
      return delivered?.to === 'node' ? 'node' : 'elsewhere';
  }
}

/** The address of `ADDRESS:PORT`. */
function hostOf(text: string): string {
  if (text.startsWith('[')) return text.slice(1, text.indexOf(']'));
  const colon = text.indexOf(':');
  return colon === -1 || colon !== text.lastIndexOf(':') ? text : text.slice(0, colon);
}

/** All verdicts of a side, sorted: the one of a row. */
export function verdictText({ verdicts }: Side): string {
  return [...verdicts.keys()].sort().join(' + ');
}

/** As the side of a row. */
export function describeSide(side: Side): {
  verdict: string;
  destinations: { address: string; share: string }[];
  sources: string[];
} {
  const sources = new Set([...side.endpoints.values()].flatMap((endpoint) => [...endpoint.sources]));
  return {
    verdict: verdictText(side),
    destinations: [...side.endpoints]
      .map(([address, { share }]) => ({ address, share }))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
    sources: [...sources].sort(),
  };
}
