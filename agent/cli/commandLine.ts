import { parseArgs } from 'node:util';
import { type ChangeCommandLine, readChangeCommandLine } from './changeCommandLine.ts';
import { type CompareCommand, readCompareCommand } from './compareCommand.ts';
import { type CompileCommand, readCompileCommand } from './compileCommand.ts';
import { proxyOptionFlags, proxyOptionNames } from './proxyOptionFlags.ts';
import { readTraceCommand, type TraceCommand } from './traceCommand.ts';
import { oneOf, UsageError } from './usageError.ts';

export const readModes = ['auto', 'iptables', 'ipvs', 'nftables'] as const;
export type ReadMode = (typeof readModes)[number];

export const parseLanguages = ['iptables', 'ipset', 'ipvsadm', 'nft'] as const;
export type ParseLanguage = (typeof parseLanguages)[number];

/** What the command line asks for. */
export type CommandLine =
  | { readonly command: 'help' | 'version' }
  | {
      readonly command: 'read';
      readonly mode: ReadMode;
      /** Folders and files of saved dumps; empty to read this machine's kernel. */
      readonly from: readonly string[];
      readonly objects: readonly string[];
      readonly nodeName: string | undefined;
      readonly output: 'json' | 'tree' | 'schema';
    }
  | {
      readonly command: 'parse';
      /** `-` is standard input. */
      readonly file: string;
      readonly language: ParseLanguage | undefined;
      readonly output: 'print' | 'json';
    }
  | CompileCommand
  | TraceCommand
  | { readonly command: 'traceSchema' }
  | CompareCommand
  | ChangeCommandLine;

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  mode: { type: 'string' },
  from: { type: 'string', multiple: true },
  objects: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  tree: { type: 'boolean' },
  schema: { type: 'boolean' },
  language: { type: 'string' },
  print: { type: 'boolean' },
  out: { type: 'string' },
  ...proxyOptionFlags,
} as const;

type Values = ReturnType<typeof parseOptions>['values'];

/** The options that each command has beside --help. */
const optionsOf: Readonly<Record<string, readonly (keyof Values)[]>> = {
  read: ['mode', 'from', 'objects', 'node', 'json', 'tree', 'schema'],
  parse: ['language', 'print', 'json'],
  compile: ['mode', 'objects', 'out', ...proxyOptionNames],
};

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const change = readChangeCommandLine(argv);
  if (change !== undefined) return change === 'help' ? { command: 'help' } : change;
  const trace = readTraceCommand(argv);
  if (trace !== undefined) return trace === 'help' ? { command: 'help' } : trace;
  const compare = readCompareCommand(argv);
  if (compare !== undefined) return compare === 'help' ? { command: 'help' } : compare;
  const { values, positionals } = parseOptions(argv);
  const [command, ...operands] = positionals;
  if (values.help === true || (command === undefined && values.version !== true)) return { command: 'help' };
  if (command === undefined) return { command: 'version' };
  const allowed = optionsOf[command];
  if (allowed === undefined) throw new UsageError(`There is no command "${command}".`);
  for (const name of Object.keys(values)) {
    if (!allowed.some((option) => option === name)) throw new UsageError(`${command} has no option --${name}.`);
  }
  switch (command) {
    case 'read':
      return readCommand(values, operands);
    case 'parse':
      return parseCommand(values, operands);
    default:
      return readCompileCommand(values, operands);
  }
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readCommand(values: Values, operands: readonly string[]): CommandLine {
  const from = values.from ?? [];
  // `--from a b` lists several: what follows the first one comes without an option.
  if (from.length === 0 && operands[0] !== undefined) {
    throw new UsageError(`read takes no "${operands[0]}"; give dumps with --from.`);
  }
  const outputs = (['json', 'tree', 'schema'] as const).filter((output) => values[output] === true);
  if (outputs.length > 1) throw new UsageError(`--${outputs.join(' and --')} exclude each other.`);
  return {
    command: 'read',
    mode: oneOf('mode', values.mode, readModes) ?? 'auto',
    from: [...from, ...operands],
    objects: values.objects ?? [],
    nodeName: values.node,
    output: outputs[0] ?? 'tree',
  };
}

function parseCommand(values: Values, [file, ...more]: readonly string[]): CommandLine {
  if (file === undefined) throw new UsageError('parse needs a file, or - for standard input.');
  if (more[0] !== undefined) throw new UsageError(`parse takes one file; "${more[0]}" is another.`);
  if (values.print === true && values.json === true) throw new UsageError('--print and --json exclude each other.');
  if (values.print !== true && values.json !== true) throw new UsageError('parse needs --print or --json.');
  return {
    command: 'parse',
    file,
    language: oneOf('language', values.language, parseLanguages),
    output: values.print === true ? 'print' : 'json',
  };
}
