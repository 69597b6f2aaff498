import { parseArgs } from 'node:util';
import { type ProxyMode, proxyModes } from '../vm/ruleFiles.ts';

/** What `npm start` connects to. */
export type Target =
  | {
      readonly kind: 'testNode';
      /** The recorded case whose rules are loaded: a folder's name in test/golden/data. */
      readonly caseName: string;
      readonly mode: ProxyMode;
    }
  | {
      readonly kind: 'host';
      readonly user: string | undefined;
      readonly host: string;
      readonly port: number | undefined;
    }
  | { readonly kind: 'dumps'; readonly folder: string };

/** What `npm start` is asked to do. */
export interface StartOptions {
  readonly target: Target;
  /** Whether to use the installed `code` instead of VS Code in a browser. */
  readonly desktop: boolean;
}

export const usage = `Usage: npm start [-- OPTIONS]

Builds the extension and opens it in VS Code in a browser, beside a throwaway test node: a virtual machine with
Service rules that kube-proxy made. Ctrl-C ends all of it.

  --mode MODE        the rules that the test node starts with: iptables (default), ipvs or nftables
  --case NAME        whose rules: a folder of test/golden/data (default: random-1, ten Services)
  --host [USER@]HOST[:PORT]
                     a node of your own, reached over SSH as ~/.ssh/config says; no test node
  --dumps FOLDER     saved rules in a folder; no node at all
  --desktop          the installed VS Code (the command "code") instead of the browser
  --help             this text
`;

/** Arguments that make no sense; the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the arguments of `npm start`.
 * @returns undefined when help is asked for
 * @throws UsageError
 */
export function readOptions(args: readonly string[]): StartOptions | undefined {
  const { values, positionals } = parse(args);
  if (positionals.length > 0) {
    // What npm does with `npm start --mode ipvs`: it takes the option for one of its own.
    throw new UsageError(
      `"${positionals.join(' ')}" belongs to no option. Options stand after --, as in: npm start -- --help`,
    );
  }
  if (values.help) {
    return undefined;
  }
  const { host, dumps, desktop } = values;
  if (host !== undefined && dumps !== undefined) {
    throw new UsageError('--host and --dumps exclude each other.');
  }
  if ((host !== undefined || dumps !== undefined) && (values.mode !== undefined || values.case !== undefined)) {
    throw new UsageError('--mode and --case are for the test node, which --host and --dumps do without.');
  }
  if (dumps !== undefined) {
    return { target: { kind: 'dumps', folder: dumps }, desktop };
  }
  if (host !== undefined) {
    return { target: readHost(host), desktop };
  }
  const mode = proxyModes.find((known) => known === (values.mode ?? 'iptables'));
  if (mode === undefined) {
    throw new UsageError(`--mode is one of ${proxyModes.join(', ')}, not "${values.mode}".`);
  }
  return { target: { kind: 'testNode', caseName: values.case ?? 'random-1', mode }, desktop };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mode: { type: 'string' },
        case: { type: 'string' },
        host: { type: 'string' },
        dumps: { type: 'string' },
        desktop: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readHost(text: string): Target {
  const { user, bracketed, plain, port } =
    /^(?:(?<user>[^@\s]+)@)?(?:\[(?<bracketed>[\da-fA-F:.]+)\]|(?<plain>[^@\s:]+))(?::(?<port>\d{1,5}))?$/.exec(text)
      ?.groups ?? {};
  const host = bracketed ?? plain;
  if (host === undefined) {
    throw new UsageError(`"${text}" is no [USER@]HOST[:PORT]; an IPv6 address stands in brackets.`);
  }
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    throw new UsageError(`${port} is no port; ports are 1 to 65535.`);
  }
  return { kind: 'host', user, host, port: port === undefined ? undefined : Number(port) };
}
