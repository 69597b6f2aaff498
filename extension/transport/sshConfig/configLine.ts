import { LineType, parse } from 'ssh-config';
import { TransportError } from '../../common/transportError.ts';

/** One directive of an ssh_config file. */
export interface ConfigLine {
  /** Lower case: directives are case-insensitive. */
  readonly keyword: string;
  /** As written, for messages. */
  readonly writtenKeyword: string;
  /** The words after the keyword, quotes taken off. At least one. */
  readonly words: readonly string[];
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Splits an ssh_config text into directives. Each line is lexed on its own, so that a broken one is reported with its
 * number, as `ssh` does, which refuses such a file as well.
 */
export function readConfigLines(text: string, file: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (raw.trim() === '' || raw.trimStart().startsWith('#')) continue;
    lines.push(readConfigLine(raw.trim(), file, index + 1));
  }
  return lines;
}

function readConfigLine(text: string, file: string, line: number): ConfigLine {
  try {
    for (const parsed of parse(text)) {
      if (parsed.type !== LineType.DIRECTIVE) continue;
      const words =
        typeof parsed.value === 'string'
          ? splitWords(parsed.value, parsed.param)
          : parsed.value.map((word) => word.val);
      if (words.length === 0 || words[0] === '') break;
      return { keyword: parsed.param.toLowerCase(), writtenKeyword: parsed.param, words, file, line };
    }
  } catch (error) {
    throw new TransportError('sshConfigInvalid', {
      step: 'configure',
      args: { file, line },
      detail: text,
      cause: error,
    });
  }
  throw new TransportError('sshConfigInvalid', { step: 'configure', args: { file, line }, detail: text });
}

/** The lexer returns one string for a directive with one value, spaces and all: only lists are split further. */
function splitWords(value: string, keyword: string): readonly string[] {
  return /^(host|match|include|canonicaldomains)$/i.test(keyword) ? value.split(/[ \t]+/) : [value];
}
