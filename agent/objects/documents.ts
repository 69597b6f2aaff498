import { LineCounter, parseAllDocuments } from 'yaml';

/** One document of a manifest: what it holds, or why it could not be read. */
export interface ManifestDocument {
  /** Counted from 0. */
  readonly line: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Splits a file into its documents: one JSON text, one JSON text a line, or YAML. JSON is tried first although YAML
 * includes it, because it is read a hundred times faster.
 */
export function splitManifest(text: string): readonly ManifestDocument[] {
  const content = text.startsWith('\u{feff}') ? text.slice(1) : text;
  if (content.trim() === '') return [];
  const whole = tryJson(content);
  if (whole !== undefined) return [{ line: 0, value: whole.value }];
  const lines = content.split('\n');
  return isJsonLines(lines) ? splitJsonLines(lines) : splitYaml(content);
}

function tryJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

/** One JSON text a line: the first line with anything on it is a complete object. */
function isJsonLines(lines: readonly string[]): boolean {
  const first = lines.find((line) => line.trim() !== '');
  return first?.trimStart().startsWith('{') === true && tryJson(first) !== undefined;
}

function splitJsonLines(lines: readonly string[]): ManifestDocument[] {
  const documents: ManifestDocument[] = [];
  for (const [line, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const parsed = tryJson(text);
    documents.push(
      parsed === undefined ? { line, error: 'the line is not one JSON text' } : { line, value: parsed.value },
    );
  }
  return documents;
}

function splitYaml(text: string): ManifestDocument[] {
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false });
  if (!Array.isArray(parsed)) return [];
  return parsed.map((document): ManifestDocument => {
    const [error] = document.errors;
    if (error !== undefined) return { line: counter.linePos(error.pos[0]).line - 1, error: lowerFirst(error.message) };
    const line = Math.max(0, counter.linePos(document.contents?.range?.[0] ?? document.range[0]).line - 1);
    try {
      return { line, value: document.toJS() };
    } catch (error) {
      // Aliases that expand without end are refused when the value is built.
      return { line, error: error instanceof Error ? lowerFirst(error.message) : 'it cannot be built' };
    }
  });
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
}
