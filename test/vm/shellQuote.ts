/** Words as one line that a POSIX shell splits into the same words again. ssh hands commands to a shell on the node. */
export function shellQuote(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
