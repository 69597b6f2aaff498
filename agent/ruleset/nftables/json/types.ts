import type { NftExpression } from '../expression.ts';
import { typeOfExpression } from '../typeOf.ts';
import { convertExpression } from './expression.ts';
import { isRecord } from './value.ts';

/**
 * The types in a set's `type` or `map`: a name, a list of names, `"ipv4_addr . inet_service"`, or since nft 1.1.2 a
 * `typeof` with the expression.
 */
export function readTypes(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' . ');
  if (Array.isArray(value)) return value.flatMap(readTypes);
  const expression = isRecord(value) ? value['typeof'] : undefined;
  return expression === undefined ? [] : readTypeOf(convertExpression(expression, { start: 0, end: 0 }));
}

function readTypeOf(expression: NftExpression): readonly string[] {
  if (expression.kind === 'concatenation' || expression.kind === 'list') return expression.items.flatMap(readTypeOf);
  return [typeOfExpression(expression)];
}
