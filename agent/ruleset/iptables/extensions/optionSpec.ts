import type { IptablesFamily } from '../document.ts';

/**
 * How an option is written, as iptables 1.8.9 and 1.8.11 define it (`x6_options` or `extra_opts` in the sources of
 * its extensions; the manual pages are iptables(8) and iptables-extensions(8)).
 */
export interface OptionSpec {
  /** How many values follow the name; `optional` is one that may be left out. */
  readonly values: 0 | 1 | 2 | 'optional';
  /** Whether `!` may stand before it. */
  readonly negatable: boolean;
  /** Whether one rule may have it several times. */
  readonly repeatable: boolean;
  /** Other names of the option. `iptables-save` prints the one under which the option is listed. */
  readonly otherNames: readonly string[];
}

/** A match or target and its options, by the name that `iptables-save` prints. */
export interface ExtensionSpec {
  /** Set when it exists only for that family. */
  readonly family?: IptablesFamily;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

export type ExtensionSpecs = Readonly<Record<string, ExtensionSpec>>;

function spec(values: OptionSpec['values'], more: Partial<OptionSpec> = {}): OptionSpec {
  return { values, negatable: false, repeatable: false, otherNames: [], ...more };
}

export const flag = spec(0);
export const flagOrNot = spec(0, { negatable: true });
export const flags = spec(0, { repeatable: true });
export const value = spec(1);
export const valueOrNot = spec(1, { negatable: true });
export const valueOrNots = spec(1, { negatable: true, repeatable: true });
export const optionalValue = spec('optional');
export const pair = spec(2);
export const pairOrNot = spec(2, { negatable: true });
export const sourcePort = spec(1, { negatable: true, otherNames: ['--source-port'] });
export const destinationPort = spec(1, { negatable: true, otherNames: ['--destination-port'] });
export const sourcePorts = spec(1, { negatable: true, otherNames: ['--source-ports'] });
export const destinationPorts = spec(1, { negatable: true, otherNames: ['--destination-ports'] });
