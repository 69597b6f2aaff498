import type { TraceFact } from '../../model/packetTrace.ts';

/** The part of a dump that would answer, and the commands that write it. */
const commands = {
  addresses: 'ip -j addr > addresses.json',
  routes: 'ip -4 -j route show table all > routes.json && ip -6 -j route show table all > routes6.json',
  rules: 'ip -4 -j rule > rules.json && ip -6 -j rule > rules6.json',
  sysctls: 'sysctl -a > sysctls',
} as const;

/** A kind of part that the snapshot lacks, with the command that would add it to a dump. */
export function missingFact(what: keyof typeof commands, reason: string | undefined): TraceFact {
  const command = commands[what];
  const names = { addresses: 'addresses', routes: 'routes', rules: 'routing rules', sysctls: 'kernel settings' };
  const why = reason === undefined ? '' : ` (${reason})`;
  return {
    code: `${what}-missing`,
    message: `The snapshot has no ${names[what]}${why}; "${command}" gets them.`,
    args: { command, ...(reason === undefined ? {} : { reason }) },
  };
}

/** Lines of a part that could not be read. */
export function notUnderstoodFact(part: string, count: number): TraceFact {
  return {
    code: 'network-entries-not-understood',
    message: `${count} entries of ${part} are not understood.`,
    args: { part, count },
  };
}

/** A routing rule whose selectors ask what is not known of packets here. */
export function ruleNotModelledFact(rule: string, selector: string): TraceFact {
  return {
    code: 'routing-rule-not-modelled',
    message: `Whether the routing rule "${rule}" holds for the packet is not known, because of "${selector}".`,
    args: { rule, selector },
  };
}

/** One of several equal ways was taken. */
export function multipathFact(devices: readonly string[]): TraceFact {
  const list = [...new Set(devices)].join(', ');
  return {
    code: 'multipath-route',
    message: `The route has several ways (${list}); the first one is shown.`,
    args: { devices: list },
  };
}
