import { decodeDump, encodeDump } from '../ruleset/common/encoding.ts';
import { LineIndex } from '../ruleset/common/position.ts';
import { detectLanguage } from '../ruleset/detect.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import type { CommandLine, ParseLanguage } from './commandLine.ts';
import { type ParsedDump, type ParsedLanguage, parseDump } from './dumpLanguages.ts';
import { jsonPieces } from './jsonPieces.ts';

/** Thrown when `parse` cannot tell what a file is written in. */
class UnknownLanguage extends Error {
  override readonly name = 'UnknownLanguage';
  readonly code = 'unknown-language';
  readonly args: Readonly<Record<string, string>>;

  constructor(path: string) {
    super(`It cannot be told what ${path} is written in; say it with --language.`);
    this.args = { path };
  }
}

/** Parses one file and prints it back, or prints what was understood. */
export async function runParse(
  { file, language, output }: Extract<CommandLine, { command: 'parse' }>,
  environment: CliEnvironment,
): Promise<void> {
  const bytes = file === '-' ? await environment.readStdin() : await environment.files.read(file);
  const { text, encoding } = decodeDump(bytes);
  const parsedLanguage = chooseLanguage(language, text, file);
  const dump = parseDump(parsedLanguage, text);
  if (output === 'print') await environment.writeStdout(encodeDump(dump.printed, encoding));
  else await writeJson(parsedLanguage, dump, text, environment);
}

/** The language that was asked for, or else what the text looks like. Both nft and ipvsadm have two forms. */
function chooseLanguage(asked: ParseLanguage | undefined, text: string, file: string): ParsedLanguage {
  const detected = detectLanguage(text, file === '-' ? undefined : file.replace(/^.*[\\/]/, ''));
  switch (asked) {
    case undefined:
      if (detected !== 'unknown') return detected;
      // A tool that has nothing to show prints nothing, in any language.
      if (text.trim() === '') return 'iptables';
      throw new UnknownLanguage(file);
    case 'nft':
      return /^\s*\{/.test(text) ? 'nft-json' : 'nft-text';
    case 'ipvsadm':
      return detected === 'ipvsadm-stats' ? 'ipvsadm-stats' : 'ipvsadm';
    default:
      return asked;
  }
}

/** Writes JSON piece by piece: all of a large dump would not fit into one string. */
async function writeJson(
  language: ParsedLanguage,
  { head, list, problems }: ParsedDump,
  text: string,
  environment: CliEnvironment,
): Promise<void> {
  const lines = new LineIndex(text);
  const located = problems.map(({ span, ...problem }) => {
    const { line, column } = lines.positionAt(span.start);
    return { ...problem, line: line + 1, column: column + 1 };
  });
  const entries: [string, unknown][] = [
    ['language', language],
    ['problems', located],
    ...Object.entries(head),
    [list.name, iterate(list.items)],
  ];
  for (const piece of jsonPieces(entries, 'oneLine')) await environment.writeStdout(piece);
}

function* iterate<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}
