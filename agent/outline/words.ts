/** The words of a filter, in lower case. */
export function filterWords(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Joins what an element is found by into one text; absent values are left out. */
export function searchable(...values: readonly (string | number | undefined)[]): string {
  return values
    .filter((value) => value !== undefined)
    .join(' ')
    .toLowerCase();
}
