import type { NftRuleset } from '../../../../agent/ruleset/nftables/document.ts';
import type { NftStatement } from '../../../../agent/ruleset/nftables/statement.ts';

/** What nft 1.0.6 prints in only one of the two forms, or differently from one moment to the next. */
const incomparable: ReadonlySet<string> = new Set(['span', 'handle', 'expires', 'burst']);

/**
 * The part of a view that must be equal whether it was read from `nft -j list ruleset` or from `nft list ruleset`.
 * Left out, because nft 1.0.6 does not print them as JSON: comments of tables and chains, the set flag `dynamic`,
 * devices of netdev chains; and rules with iptables extensions, which only the text translates.
 */
export function comparableView(ruleset: NftRuleset): unknown {
  return strip(
    ruleset.tables.map((table) => ({
      family: table.family,
      name: table.name,
      chains: table.chains.map((chain) => ({
        name: chain.name,
        hook: chain.hook && { ...chain.hook, devices: [] },
        rules: chain.rules.map((rule) => ({
          comment: rule.comment,
          statements: comparableStatements(rule.statements()),
        })),
      })),
      sets: table.sets.map(({ elements, elementCount, comment, flags, ...set }) => ({
        ...set,
        comment,
        flags: flags.filter((flag) => flag !== 'dynamic').sort(),
        elementCount,
        elements: elements(),
      })),
      flowtables: table.flowtables.map(({ name, kind }) => ({ name, kind })),
      objects: table.objects.map(({ name, kind }) => ({ name, kind })),
    })),
  );
}

/** Statements without their places. The source of what is not understood differs between the forms. */
export function comparableStatements(statements: readonly NftStatement[]): unknown {
  return strip(statements.map((statement) => (hasUnknown(statement) ? 'not understood' : statement)));
}

function hasUnknown(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return ('kind' in part && part.kind === 'unknown') || Object.values(part).some(hasUnknown);
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      incomparable.has(key) || inner === undefined ? [] : [[key, strip(inner)]],
    ),
  );
}
