import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../../..');

/** A call of `l10n.t` in the source. */
export interface TextCall {
  readonly file: string;
  /** The English text; undefined when the first argument is no literal, so that no translation can be found for it. */
  readonly text: string | undefined;
}

const call = /\bl10n\s*\.t\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|(\S))/g;

/** All calls of `l10n.t` in the extension. */
export function collectTextCalls(): readonly TextCall[] {
  return sources(join(project, 'extension')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(call)].map(([, single, double]) => ({
      file: file.slice(project.length + 1),
      text: unescapeLiteral(single ?? double),
    })),
  );
}

/** All texts that `package.json` takes from `package.nls.json`: the keys between percent signs. */
export function collectManifestKeys(): readonly string[] {
  const manifest = readFileSync(join(project, 'package.json'), 'utf8');
  return [...new Set([...manifest.matchAll(/"%([\w.-]+)%"/g)].map(([, key = '']) => key))];
}

/** The `code: '...'` and `report('...')` codes in the agent's sources that stand for a problem, reason or error. */
export function collectAgentCodes(): readonly string[] {
  const found = new Set<string>();
  for (const file of sources(join(project, 'agent'))) {
    const text = readFileSync(file, 'utf8');
    const patterns = [
      /\bcode: '([a-z]+(?:-[a-z0-9]+)+)',\s*(?:\n\s*)?(?:severity|message)\b/g,
      /\breport\(\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
      /\bproblem\(\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
      /\brequestError\(\s*'\w+',\s*'([a-z]+(?:-[a-z0-9]+)*)'/g,
      /\bChangeError\(\s*'([a-z]+(?:-[a-z0-9]+)*)'/g,
      /\badd\(\s*'([a-z]+(?:-[a-z0-9]+)+)'/g,
      /\b(?:fact|assumption|new InvalidRequest)\(\s*'([a-z]+(?:-[a-z0-9]+)*)'/g,
    ];
    for (const pattern of patterns) for (const [, code = ''] of text.matchAll(pattern)) found.add(code);
  }
  return [...found].sort();
}

/** A JSON file of the project that maps keys to texts. */
export function readTexts(file: string): Readonly<Record<string, string>> {
  const parsed: unknown = JSON.parse(readFileSync(join(project, file), 'utf8'));
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file} is no object`);
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
}

/** The placeholders of a text, sorted: `{0}`, `{name}`. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([whole]) => whole).sort();
}

function unescapeLiteral(literal: string | undefined): string | undefined {
  return literal?.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
