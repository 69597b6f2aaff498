import { parseArgs } from 'node:util';
import type { ServiceMode } from '../model/serviceRules.ts';
import { defaultStateFolder } from '../node/change/stateFolder.ts';
import { defaultMarkFile } from '../node/change/testNodeMark.ts';
import { serviceModes } from './compileCommand.ts';
import { type ProxyFlags, proxyOptionFlags, proxyOptionNames, readProxyFlags } from './proxyOptionFlags.ts';
import { oneOf, UsageError } from './usageError.ts';

/** Where the agent remembers changes of this node, and is told that it may change it. */
export interface StateOptions {
  readonly stateFolder: string;
  readonly markFile: string;
}

/** How a change is made. */
interface ChangeOptions extends StateOptions {
  readonly dryRun: boolean;
  /** Seconds; undefined to have the change confirmed at once, by a new process. */
  readonly confirmWithin: number | undefined;
  /** Seconds after which connections that only the old rules carry are cut; undefined for never. */
  readonly drainWithin: number | undefined;
  /** Says for this call that the node is a test node. */
  readonly yes: boolean;
  readonly takeOver: boolean;
  readonly setPrerequisites: boolean;
  readonly json: boolean;
}

/** A command line that can change the node. */
export type ChangeCommandLine =
  | (ChangeOptions & {
      readonly command: 'apply';
      readonly mode: ServiceMode | undefined;
      readonly objects: readonly string[];
      readonly proxy: ProxyFlags;
    })
  | (ChangeOptions & {
      readonly command: 'switch';
      readonly mode: ServiceMode;
      readonly objects: readonly string[];
      readonly proxy: ProxyFlags;
    })
  | (ChangeOptions & { readonly command: 'undo' | 'clean-up' })
  | (StateOptions & { readonly command: 'confirm' | 'rollback'; readonly change: string | undefined; json: boolean })
  /** The process that waits for a change to be confirmed; the agent starts it itself. */
  | (StateOptions & { readonly command: 'watch'; readonly change: string })
  | (StateOptions & { readonly command: 'mark' | 'unmark' | 'state'; readonly json: boolean })
  | (StateOptions & { readonly command: 'leftovers'; readonly json: boolean })
  | (StateOptions & { readonly command: 'serve' });

const options = {
  ...proxyOptionFlags,
  help: { type: 'boolean', short: 'h' },
  mode: { type: 'string' },
  to: { type: 'string' },
  objects: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  'confirm-within': { type: 'string' },
  'drain-within': { type: 'string' },
  yes: { type: 'boolean' },
  'take-over': { type: 'boolean' },
  'set-prerequisites': { type: 'boolean' },
  json: { type: 'boolean' },
  watch: { type: 'string' },
  'state-folder': { type: 'string' },
  'mark-file': { type: 'string' },
} as const;

type Option = keyof typeof options;

const stating = ['state-folder', 'mark-file'] as const;
const changing = [
  'dry-run',
  'confirm-within',
  'drain-within',
  'yes',
  'take-over',
  'set-prerequisites',
  'json',
  ...stating,
] as const;

/** The options that each command has beside --help. */
const optionsOf = {
  apply: ['mode', 'objects', ...proxyOptionNames, ...changing],
  switch: ['to', 'objects', ...proxyOptionNames, ...changing],
  undo: changing,
  'clean-up': changing,
  confirm: ['json', ...stating],
  rollback: ['json', 'watch', ...stating],
  mark: ['json', ...stating],
  unmark: ['json', ...stating],
  state: ['json', ...stating],
  leftovers: ['json', ...stating],
  serve: stating,
} as const satisfies Readonly<Record<string, readonly Option[]>>;

type Command = keyof typeof optionsOf;

function isCommand(word: string | undefined): word is Command {
  return word !== undefined && Object.hasOwn(optionsOf, word);
}

/**
 * Reads a command line that begins with a command of this file; undefined for others.
 *
 * @throws UsageError
 */
export function readChangeCommandLine([command, ...argv]: readonly string[]): ChangeCommandLine | 'help' | undefined {
  if (!isCommand(command)) return undefined;
  const { values, positionals } = parse(argv);
  if (values.help === true) return 'help';
  for (const name of Object.keys(values)) {
    if (!optionsOf[command].some((option) => option === name)) {
      throw new UsageError(`${command} has no option --${name}.`);
    }
  }
  const [operand, ...more] = positionals;
  const takesChange = command === 'confirm' || (command === 'rollback' && values.watch === undefined);
  const unexpected = takesChange ? more[0] : operand;
  if (unexpected !== undefined) throw new UsageError(`${command} takes no "${unexpected}".`);
  const state: StateOptions = {
    stateFolder: wholePath('state-folder', values['state-folder']) ?? defaultStateFolder,
    markFile: wholePath('mark-file', values['mark-file']) ?? defaultMarkFile,
  };
  const json = values.json === true;
  switch (command) {
    case 'apply': {
      const objects = values.objects ?? [];
      if (objects.length === 0) throw new UsageError('apply needs --objects.');
      const mode = oneOf('mode', values.mode, serviceModes);
      return { command, mode, objects, proxy: readProxyFlags(values), ...changeOptions(values, state) };
    }
    case 'switch': {
      const mode = oneOf('to', values.to, serviceModes);
      if (mode === undefined) throw new UsageError('switch needs --to.');
      const objects = values.objects ?? [];
      return { command, mode, objects, proxy: readProxyFlags(values), ...changeOptions(values, state) };
    }
    case 'undo':
    case 'clean-up':
      return { command, ...changeOptions(values, state) };
    case 'confirm':
      return { command, change: operand, json, ...state };
    case 'rollback':
      return values.watch === undefined
        ? { command, change: operand, json, ...state }
        : { command: 'watch', change: values.watch, ...state };
    case 'serve':
      return { command, ...state };
    case 'leftovers':
      return { command, json, ...state };
    default:
      return { command, json, ...state };
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The processes that the agent starts for itself run in another folder. */
function wholePath(option: string, value: string | undefined): string | undefined {
  if (value?.startsWith('/') === false) throw new UsageError(`--${option} is a whole path, not "${value}".`);
  return value;
}

/** Seconds that a change may wait for confirmation, and connections may go on, at most. */
const longestWaits = { 'confirm-within': 3600, 'drain-within': 86_400 } as const;

function seconds(option: keyof typeof longestWaits, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const longest = longestWaits[option];
  if (!/^\d{1,5}$/.test(value) || Number(value) < least || Number(value) > longest) {
    throw new UsageError(`--${option} is a number of seconds from ${least} to ${longest}, not "${value}".`);
  }
  return Number(value);
}

function changeOptions(values: ReturnType<typeof parse>['values'], state: StateOptions): ChangeOptions {
  return {
    ...state,
    dryRun: values['dry-run'] === true,
    confirmWithin: seconds('confirm-within', values['confirm-within'], 1),
    drainWithin: seconds('drain-within', values['drain-within'], 0),
    yes: values.yes === true,
    takeOver: values['take-over'] === true,
    setPrerequisites: values['set-prerequisites'] === true,
    json: values.json === true,
  };
}
