import type { TraceFact } from '../../model/packetTrace.ts';

const command = 'ipset save > ipset-save.txt';

/** A set that the snapshot does not hold, or of which it holds only entries. */
export function setMissing(set: string): TraceFact {
  return {
    code: 'ipset-missing',
    message: `The snapshot does not have the set "${set}"; "${command}" as root gets all sets.`,
    args: { set, command },
  };
}

/** A set whose type, or an entry of it, is not understood. */
export function setNotModelled(set: string, what: string): TraceFact {
  return {
    code: 'ipset-not-modelled',
    message: `Whether the packet is in the set "${set}" is not known, because of "${what}".`,
    args: { set, what },
  };
}

/** A set whose dump ends before its last entry. */
export function setCutOff(set: string): TraceFact {
  return {
    code: 'ipset-cut-off',
    message: `The dump ends within the set "${set}", so the packet may be in it; "${command}" as root gets all sets.`,
    args: { set, command },
  };
}
