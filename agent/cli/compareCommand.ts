import { parseArgs } from 'node:util';
import type { ServiceMode } from '../model/serviceRules.ts';
import { serviceModes } from './compileCommand.ts';
import { type ProxyFlags, proxyOptionFlags, readProxyFlags } from './proxyOptionFlags.ts';
import { oneOf, UsageError } from './usageError.ts';

/** What `compare` was asked for. */
export interface CompareCommand {
  readonly command: 'compare';
  readonly to: ServiceMode;
  /** Files and folders; `-` is standard input. */
  readonly objects: readonly string[];
  /** Folders and files of saved dumps; empty to read this machine's kernel. */
  readonly dumps: readonly string[];
  readonly proxy: ProxyFlags;
  readonly output: 'json' | 'markdown';
}

const options = {
  ...proxyOptionFlags,
  help: { type: 'boolean', short: 'h' },
  to: { type: 'string' },
  objects: { type: 'string', multiple: true },
  dumps: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
} as const;

/**
 * Reads a command line that begins with `compare`; undefined for others.
 *
 * @throws UsageError
 */
export function readCompareCommand([command, ...argv]: readonly string[]): CompareCommand | 'help' | undefined {
  if (command !== 'compare') return undefined;
  const { values, positionals } = parse(argv);
  if (values.help === true) return 'help';
  const dumps = values.dumps ?? [];
  // `--dumps a b` lists several: what follows the first one comes without an option.
  if (positionals[0] !== undefined && dumps.length === 0) throw new UsageError(`compare takes no "${positionals[0]}".`);
  if (values.json === true && values.markdown === true)
    throw new UsageError('--json and --markdown exclude each other.');
  const to = oneOf('to', values.to, serviceModes);
  if (to === undefined) throw new UsageError('compare needs --to.');
  return {
    command: 'compare',
    to,
    objects: values.objects ?? [],
    dumps: [...dumps, ...positionals],
    proxy: readProxyFlags(values),
    output: values.json === true ? 'json' : 'markdown',
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
