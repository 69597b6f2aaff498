import type { TraceFact } from '../../model/packetTrace.ts';

/** A match that is not simulated, or whose answer the packet and the snapshot do not tell. */
export function matchNotModelled(match: string): TraceFact {
  return {
    code: 'match-not-modelled',
    message: `Whether the match "${match}" fits is not known.`,
    args: { match },
  };
}

/** A target that is not simulated. */
export function targetNotModelled(target: string): TraceFact {
  return {
    code: 'target-not-modelled',
    message: `What the target "${target}" does with the packet is not known.`,
    args: { target },
  };
}

/** A part of a rule that could not be read. */
export function ruleNotUnderstood(text: string): TraceFact {
  return { code: 'rule-not-understood', message: `The rule's "${text}" is not understood.`, args: { text } };
}

/** The kernel chooses a port or address of a large range. */
export function translationNotKnown(range: string): TraceFact {
  return {
    code: 'translation-not-known',
    message: `Which address and port of "${range}" the kernel chooses is not known.`,
    args: { range },
  };
}

/** The device that a packet comes in or leaves through is not known. */
export function deviceNotKnown(direction: 'in' | 'out'): TraceFact {
  return {
    code: 'device-not-known',
    message: `The device that the packet ${direction === 'in' ? 'comes in' : 'leaves'} through is not known.`,
    args: { direction },
  };
}

/** What kind of address it is depends on addresses and routes that the snapshot does not have. */
export function addressTypeNotKnown(address: string): TraceFact {
  return {
    code: 'address-type-not-known',
    message: `Whether ${address} is an address of the node is not known.`,
    args: { address },
  };
}

/** The end of a dump is missing, and with it rules. */
export function rulesCutOff(part: string, table: string): TraceFact {
  return {
    code: 'rules-cut-off',
    message: `The table "${table}" in ${part} has no end, so rules may be missing.`,
    args: { part, table },
  };
}

/** What rules with `-m socket` are asked with. */
export function socketsAssumed(part: string): TraceFact {
  return {
    code: 'sockets-assumed',
    message: `Rules in ${part} ask for sockets that wait for a packet; transparent ones are taken to listen at no single address.`,
    args: { part },
  };
}
