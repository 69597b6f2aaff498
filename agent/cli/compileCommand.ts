import type { ServiceMode } from '../model/serviceRules.ts';
import { type FlagValues, type ProxyFlags, readProxyFlags } from './proxyOptionFlags.ts';
import { oneOf, UsageError } from './usageError.ts';

export const serviceModes = ['iptables', 'ipvs', 'nftables'] as const satisfies readonly ServiceMode[];

/** What `compile` was asked for. */
export interface CompileCommand {
  readonly command: 'compile';
  readonly mode: ServiceMode;
  /** Files and folders; `-` is standard input. */
  readonly objects: readonly string[];
  readonly proxy: ProxyFlags & { readonly nodeName: string };
  /** A folder; undefined for standard output. */
  readonly out: string | undefined;
}

/** The options of `compile` beside what kube-proxy would be told. */
interface CompileValues extends FlagValues {
  readonly mode?: string | undefined;
  readonly objects?: readonly string[] | undefined;
  readonly out?: string | undefined;
}

/** @throws UsageError */
export function readCompileCommand(values: CompileValues, operands: readonly string[]): CompileCommand {
  if (operands[0] !== undefined)
    throw new UsageError(`compile takes no "${operands[0]}"; give objects with --objects.`);
  const mode = oneOf('mode', values.mode, serviceModes);
  const { objects, out } = values;
  const { nodeName, ...proxy } = readProxyFlags(values);
  if (mode === undefined) throw new UsageError('compile needs --mode.');
  if (objects === undefined) throw new UsageError('compile needs --objects.');
  if (nodeName === undefined) throw new UsageError('compile needs --node, to tell which endpoints are on it.');
  if (proxy.nodeIps.length === 0) throw new UsageError('compile needs --node-ip.');
  return { command: 'compile', mode, objects, proxy: { ...proxy, nodeName }, out };
}
