import type { NftExpression } from '../../ruleset/nftables/expression.ts';

/** Writes a key or a verdict of a map as `nft list` does; other expressions are not needed there. */
export function formatExpression(expression: NftExpression): string {
  switch (expression.kind) {
    case 'value':
      return String(expression.value);
    case 'prefix':
      return `${expression.address}/${expression.length}`;
    case 'range':
      return `${formatExpression(expression.from)}-${formatExpression(expression.to)}`;
    case 'concatenation':
      return expression.items.map(formatExpression).join(' . ');
    case 'verdict':
      return 'target' in expression.verdict
        ? `${expression.verdict.kind} ${expression.verdict.target}`
        : expression.verdict.kind;
    case 'unknown':
      return expression.source;
    default:
      return expression.kind;
  }
}

/** The text of a constant; undefined for anything else. */
export function constantText(expression: NftExpression): string | undefined {
  return expression.kind === 'value' ? String(expression.value) : undefined;
}
