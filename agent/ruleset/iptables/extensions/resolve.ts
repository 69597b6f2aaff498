import type { ExtensionSpec, OptionSpec } from './optionSpec.ts';
import { commandSpecs, parameterSpecs, structureSpecs } from './parameters.ts';

export interface ResolvedOption {
  /** The name that `iptables-save` prints. */
  readonly name: string;
  readonly spec: OptionSpec;
}

/** All spellings of a group of options, each with what it stands for. */
export type OptionIndex = ReadonlyMap<string, ResolvedOption>;

function indexOptions(options: Iterable<readonly [string, OptionSpec]>): OptionIndex {
  const index = new Map<string, ResolvedOption>();
  for (const [name, spec] of options) {
    const resolved = { name, spec };
    for (const spelling of [name, ...spec.otherNames]) index.set(spelling, resolved);
  }
  return index;
}

const indexes = new WeakMap<ExtensionSpec, OptionIndex>();

/** The spellings of an extension's options. */
export function optionIndexOf(extension: ExtensionSpec): OptionIndex {
  let index = indexes.get(extension);
  if (!index) {
    index = indexOptions(Object.entries(extension.options));
    indexes.set(extension, index);
  }
  return index;
}

function* commandOptions(): Generator<readonly [string, OptionSpec]> {
  for (const [letter, { longName, chain }] of commandSpecs) {
    const values = chain === 'required' ? 1 : 'optional';
    yield [`-${letter}`, { values, negatable: false, repeatable: false, otherNames: [longName] }];
  }
}

/** The spellings of all options that belong to no extension: commands, parameters, `-m`, `-j`, `-g` and `-c`. */
export const coreIndex: OptionIndex = indexOptions([...commandOptions(), ...parameterSpecs, ...structureSpecs]);

/**
 * Finds the option for which `written` is an abbreviation, as getopt_long(3) does: a prefix of exactly one of the names
 * in all groups, where other spellings of the same option do not count as another.
 * @returns The number of the group and the option, or undefined when there is none or more than one.
 */
export function resolveAbbreviation(
  written: string,
  groups: readonly OptionIndex[],
): { readonly group: number; readonly option: ResolvedOption } | undefined {
  let found: { group: number; option: ResolvedOption } | undefined;
  for (const [group, index] of groups.entries()) {
    for (const [spelling, option] of index) {
      if (!spelling.startsWith('--') || !spelling.startsWith(written)) continue;
      if (found && found.option !== option) return undefined;
      found = { group, option };
    }
  }
  return found;
}
