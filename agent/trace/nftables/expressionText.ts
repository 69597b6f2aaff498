import type { NftElement } from '../../ruleset/nftables/document.ts';
import type { NftExpression, NftVerdict } from '../../ruleset/nftables/expression.ts';

/** An expression as `nft list ruleset` writes it; close to it where versions differ. */
export function expressionText(expression: NftExpression): string {
  switch (expression.kind) {
    case 'value':
      return valueText(expression.value);
    case 'prefix':
      return `${expression.address}/${expression.length}`;
    case 'range':
      return `${expressionText(expression.from)}-${expressionText(expression.to)}`;
    case 'list':
      return expression.items.map(expressionText).join(',');
    case 'set':
      return `{ ${expression.elements.map(elementText).join(', ')} }`;
    case 'namedSet':
      return `@${expression.name}`;
    case 'concatenation':
      return expression.items.map(expressionText).join(' . ');
    case 'payload':
      return `${expression.protocol} ${expression.field}`;
    case 'rawPayload':
      return `@${expression.base},${expression.offset},${expression.length}`;
    case 'meta':
    case 'rt':
    case 'socket':
      return `${expression.kind} ${expression.key}`;
    case 'ct':
      return expression.direction === undefined
        ? `ct ${expression.key}`
        : `ct ${expression.direction} ${expression.key}`;
    case 'fib':
      return `fib ${expression.flags.join(' . ')} ${expression.result}`;
    case 'header':
      return `${expression.header} ${expression.name}${expression.field === undefined ? '' : ` ${expression.field}`}`;
    case 'numgen':
      return `numgen ${expression.mode} mod ${expression.modulus}${offsetText(expression.offset)}`;
    case 'hash': {
      const input = expression.input ? ` ${expressionText(expression.input)}` : '';
      return `${expression.algorithm}${input} mod ${expression.modulus}${offsetText(expression.offset)}`;
    }
    case 'binary':
      return `${expressionText(expression.left)} ${expression.operator} ${maskText(expression.right)}`;
    case 'map':
      return `${expressionText(expression.key)} map ${expressionText(expression.data)}`;
    case 'verdict':
      return verdictText(expression.verdict);
    case 'unknown':
      return expression.source;
  }
}

/** An element's key, and its data where it has some, without comment and counters. */
export function elementText({ key, data }: NftElement): string {
  return data ? `${expressionText(key)} : ${expressionText(data)}` : expressionText(key);
}

export function verdictText(verdict: NftVerdict): string {
  return 'target' in verdict ? `${verdict.kind} ${verdict.target}` : verdict.kind;
}

/** A mark as nft writes it. */
export function markText(mark: number): string {
  return `0x${mark.toString(16).padStart(8, '0')}`;
}

function valueText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'exists' : 'missing';
  return String(value);
}

function maskText(mask: NftExpression): string {
  if (mask.kind === 'list') return `(${mask.items.map(expressionText).join(' | ')})`;
  return mask.kind === 'value' && typeof mask.value === 'number'
    ? `0x${mask.value.toString(16)}`
    : expressionText(mask);
}

function offsetText(offset: number): string {
  return offset === 0 ? '' : ` offset ${offset}`;
}
