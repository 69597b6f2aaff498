import { parseArgs } from 'node:util';
import type { ServiceMode } from '../model/serviceRules.ts';
import { defaultStateFolder } from '../node/change/stateFolder.ts';
import { serviceModes } from './compileCommand.ts';
import { type ProxyFlags, proxyOptionFlags, proxyOptionNames, readProxyFlags } from './proxyOptionFlags.ts';
import { oneOf, UsageError } from './usageError.ts';

/** Where the agent keeps what it has to remember about changes of this node. */
interface StateOption {
  readonly stateFolder: string;
}

/** How a change is made. */
interface ChangeOptions extends StateOption {
  readonly dryRun: boolean;
  /** Seconds; undefined to have the change confirmed at once, by a new process. */
  readonly confirmWithin: number | undefined;
  /** Says for this call that the node is a test node. */
  readonly yes: boolean;
  readonly takeOver: boolean;
  readonly setPrerequisites: boolean;
  readonly json: boolean;
}

/** A command line that changes the node, or asks about changes. */
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
  | (StateOption & { readonly command: 'confirm' | 'rollback'; readonly change: string | undefined; json: boolean })
  /** The process that waits for a change to be confirmed; the agent starts it itself. */
  | (StateOption & { readonly command: 'watch'; readonly change: string })
  | (StateOption & { readonly command: 'mark' | 'unmark' | 'state'; readonly json: boolean });

const options = {
  ...proxyOptionFlags,
  help: { type: 'boolean', short: 'h' },
  mode: { type: 'string' },
  to: { type: 'string' },
  objects: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  'confirm-within': { type: 'string' },
  yes: { type: 'boolean' },
  'take-over': { type: 'boolean' },
  'set-prerequisites': { type: 'boolean' },
  json: { type: 'boolean' },
  watch: { type: 'string' },
  'state-folder': { type: 'string' },
} as const;

type Option = keyof typeof options;

const changing = [
  'dry-run',
  'confirm-within',
  'yes',
  'take-over',
  'set-prerequisites',
  'json',
  'state-folder',
] as const;

/** The options that each command has beside --help. */
const optionsOf = {
  apply: ['mode', 'objects', ...proxyOptionNames, ...changing],
  switch: ['to', 'objects', ...proxyOptionNames, ...changing],
  undo: changing,
  'clean-up': changing,
  confirm: ['json', 'state-folder'],
  rollback: ['json', 'watch', 'state-folder'],
  mark: ['json', 'state-folder'],
  unmark: ['json', 'state-folder'],
  state: ['json', 'state-folder'],
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
  const stateFolder = values['state-folder'] ?? defaultStateFolder;
  if (!stateFolder.startsWith('/')) throw new UsageError(`--state-folder is a whole path, not "${stateFolder}".`);
  const json = values.json === true;
  switch (command) {
    case 'apply': {
      const objects = values.objects ?? [];
      if (objects.length === 0) throw new UsageError('apply needs --objects.');
      const mode = oneOf('mode', values.mode, serviceModes);
      return { command, mode, objects, proxy: readProxyFlags(values), ...changeOptions(values, stateFolder) };
    }
    case 'switch': {
      const mode = oneOf('to', values.to, serviceModes);
      if (mode === undefined) throw new UsageError('switch needs --to.');
      const objects = values.objects ?? [];
      return { command, mode, objects, proxy: readProxyFlags(values), ...changeOptions(values, stateFolder) };
    }
    case 'undo':
    case 'clean-up':
      return { command, ...changeOptions(values, stateFolder) };
    case 'confirm':
      return { command, change: operand, json, stateFolder };
    case 'rollback':
      return values.watch === undefined
        ? { command, change: operand, json, stateFolder }
        : { command: 'watch', change: values.watch, stateFolder };
    default:
      return { command, json, stateFolder };
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Seconds that a change may wait for confirmation at most. */
const longestWait = 3600;

function changeOptions(values: ReturnType<typeof parse>['values'], stateFolder: string): ChangeOptions {
  const seconds = values['confirm-within'];
  if (seconds !== undefined && !(/^\d{1,4}$/.test(seconds) && Number(seconds) >= 1 && Number(seconds) <= longestWait)) {
    throw new UsageError(`--confirm-within is a number of seconds from 1 to ${longestWait}, not "${seconds}".`);
  }
  return {
    stateFolder,
    dryRun: values['dry-run'] === true,
    confirmWithin: seconds === undefined ? undefined : Number(seconds),
    yes: values.yes === true,
    takeOver: values['take-over'] === true,
    setPrerequisites: values['set-prerequisites'] === true,
    json: values.json === true,
  };
}
