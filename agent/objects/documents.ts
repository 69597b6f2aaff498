import { readYamlDocuments, type YamlDocument } from './yamlDocuments.ts';

/** One document of a manifest: what it holds, or why it could not be read. */
export interface ManifestDocument extends YamlDocument {
  /** Which of the manifest's documents it is: `object[3]`, or `object` when there is but one. */
  readonly path: string;
}

/**
 * Splits a file into its documents: one JSON text, one JSON text a line, or YAML. JSON is tried first although YAML
 * includes it, because it is read ten times faster. A document is made when it is asked for, so that all of a large file
 * is not in memory at once.
 */
export function* splitManifest(text: string): Generator<ManifestDocument> {
  const content = text.startsWith('\u{feff}') ? text.slice(1) : text;
  if (content.trim() === '') return;
  const whole = tryJson(content);
  if (whole !== undefined) yield { line: 0, path: 'object', value: whole.value };
  else if (isJsonLines(content)) yield* numbered(readJsonLines(content));
  else yield* numberedUnlessOne(readYamlDocuments(content));
}

function* numbered(documents: Iterable<YamlDocument>): Generator<ManifestDocument> {
  let index = 0;
  for (const document of documents) yield { ...document, path: `object[${index++}]` };
}

function numberedUnlessOne(documents: readonly YamlDocument[]): Iterable<ManifestDocument> {
  return documents.length === 1 ? documents.map((document) => ({ ...document, path: 'object' })) : numbered(documents);
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
function isJsonLines(content: string): boolean {
  const first = /^.*\S.*$/m.exec(content)?.[0] ?? '';
  return first.trimStart().startsWith('{') && tryJson(first) !== undefined;
}

function* readJsonLines(content: string): Generator<YamlDocument> {
  for (const [line, text] of content.split('\n').entries()) {
    if (text.trim() === '') continue;
    const parsed = tryJson(text);
    yield parsed === undefined ? { line, error: 'the line is not one JSON text' } : { line, value: parsed.value };
  }
}
