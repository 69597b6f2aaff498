import { loadAll, YAMLException } from 'js-yaml';

/** One document of a YAML stream, or why it could not be read. */
export interface YamlDocument {
  /** Counted from 0: where the document begins, or where it is wrong. */
  readonly line: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Values that a document may have once its aliases are written out, beside those that its text has room for. Aliases of
 * aliases come to billions of values in a few lines, and whoever walks through the document would meet them all.
 */
const mostAliasedValues = 100_000;

/** Reads a YAML 1.2 stream document by document, so that a mistake in one leaves the others. */
export function readYamlDocuments(text: string): YamlDocument[] {
  const documents: YamlDocument[] = [];
  let line = 0;
  for (const chunk of splitAtMarkers(text)) {
    documents.push(...readChunk(chunk, line));
    line += countNewlines(chunk);
  }
  return documents;
}

/** A line that begins with `---` begins a document wherever it stands: no scalar may hold one (YAML 1.2.2, 9.1.2). */
function splitAtMarkers(text: string): string[] {
  const chunks: string[] = [];
  for (const chunk of text.split(/^(?=---(?:\s|$))/m)) {
    const before = chunks.at(-1);
    // Directives stand before the marker of their document.
    if (before !== undefined && /^%/m.test(before) && contentLine(before) === undefined) {
      chunks[chunks.length - 1] = before + chunk;
    } else {
      chunks.push(chunk);
    }
  }
  return chunks;
}

function readChunk(chunk: string, start: number): YamlDocument[] {
  const line = start + (contentLine(chunk) ?? 0);
  try {
    const values = loadAll(chunk, { maxAliases: mostAliasedValues });
    const mayAlias = chunk.includes('*');
    return values.map((value) =>
      mayAlias && countValues(value) > chunk.length + mostAliasedValues
        ? { line, error: 'its aliases come to too many values' }
        : { line, value },
    );
  } catch (error) {
    if (error instanceof YAMLException) return [{ line: start + (error.mark?.line ?? 0), error: error.reason }];
    return [{ line, error: error instanceof Error ? error.message : 'it cannot be built' }];
  }
}

/** The first line with something of a document on it, counted from 0; undefined when there is none. */
function contentLine(chunk: string): number | undefined {
  const match = /^(?:---[ \t]+)?(?!---\s|---$|[%#])[ \t]*[^\s#]/m.exec(chunk);
  return match === null ? undefined : countNewlines(chunk.slice(0, match.index));
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** How many values there are when every alias counts as what it stands for; endless when one stands within itself. */
function countValues(root: unknown): number {
  const counts = new Map<object, number>();
  const count = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = counts.get(value);
    if (known !== undefined) return known;
    counts.set(value, Number.POSITIVE_INFINITY);
    let sum = 1;
    for (const child of Object.values(value)) sum += count(child);
    counts.set(value, sum);
    return sum;
  };
  return count(root);
}
