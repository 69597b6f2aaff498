/** How many characters are put together before they are written. */
const pieceLength = 64 * 1024;

/**
 * Writes an object as JSON, indented by two, piece by piece: the lists in it may be generators, so that neither all of
 * their items nor all of the text is in memory at once.
 *
 * @param items whether the items of such lists are indented too, or stand on one line each
 */
export function* jsonPieces(
  entries: readonly (readonly [key: string, value: unknown])[],
  items: 'indented' | 'oneLine' = 'indented',
): Generator<string> {
  let piece = '{';
  for (const [index, [key, value]] of entries.entries()) {
    piece += `${index === 0 ? '' : ','}\n  ${JSON.stringify(key)}: `;
    if (!isGenerator(value)) {
      piece += indented(value, '  ');
      continue;
    }
    let separator = '[';
    for (const item of value) {
      const text = items === 'indented' ? indented(item, '    ') : JSON.stringify(item, exactNumbers);
      piece += `${separator}\n    ${text}`;
      separator = ',';
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
    piece += separator === '[' ? '[]' : '\n  ]';
  }
  yield `${piece}\n}\n`;
}

function isGenerator(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && !Array.isArray(value);
}

function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, exactNumbers, 2).replaceAll('\n', `\n${indent}`);
}

/** Counters may be larger than a JSON number can hold exactly; those are written as strings. */
function exactNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}
