/** What the launch script found on a node where it could not start the agent. */
export interface NodeFacts {
  /** Where the agent is, or would be, put. */
  readonly folder: string;
  readonly folderState: 'absent' | 'safe' | 'unsafe';
  readonly haveAgent: boolean;
  readonly haveRuntime: boolean;
  /** Path of a Node.js that is new enough; undefined when there is none. */
  readonly usableNode: string | undefined;
  /** Version of the Node.js on PATH, new enough or not. */
  readonly nodeVersion: string | undefined;
  /** `uname -s`. */
  readonly system: string;
  /** `uname -m`. */
  readonly machine: string;
  /** Width of the C library's long, which tells a 32-bit system on a 64-bit kernel; undefined when unknown. */
  readonly bits: number | undefined;
  readonly libc:
    | { readonly kind: 'glibc'; readonly version: string }
    | { readonly kind: 'musl' }
    | { readonly kind: 'unknown' };
  readonly libstdcxx: boolean;
  readonly tools: Readonly<Record<'gzip' | 'sha256sum' | 'mktemp' | 'df', boolean>>;
}

/** Reads the `name=value` lines of the launch script. What is missing or odd counts as unknown. */
export function parseNodeFacts(text: string): NodeFacts {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1).trim());
  }
  const value = (name: string): string | undefined => {
    const found = values.get(name);
    return found === '' ? undefined : found;
  };
  const folderState = value('folderState');
  const bits = Number(value('bits'));
  return {
    folder: value('folder') ?? '',
    folderState: folderState === 'safe' || folderState === 'unsafe' ? folderState : 'absent',
    haveAgent: value('haveAgent') === 'yes',
    haveRuntime: value('haveRuntime') === 'yes',
    usableNode: value('usableNode'),
    nodeVersion: value('nodeVersion'),
    system: value('system') ?? '',
    machine: value('machine') ?? '',
    bits: bits === 32 || bits === 64 ? bits : undefined,
    libc: libcOf(value('glibc'), value('ldd')),
    libstdcxx: value('libstdcxx') !== undefined,
    tools: {
      gzip: value('tool.gzip') === 'yes',
      sha256sum: value('tool.sha256sum') === 'yes',
      mktemp: value('tool.mktemp') === 'yes',
      df: value('tool.df') === 'yes',
    },
  };
}

/** `getconf GNU_LIBC_VERSION` prints "glibc 2.36"; the first line of `ldd --version` is "ldd (Debian GLIBC ...) 2.36". */
function libcOf(getconf: string | undefined, ldd: string | undefined): NodeFacts['libc'] {
  const version =
    /^glibc (\d+\.\d+)/.exec(getconf ?? '')?.[1] ??
    (/musl/i.test(ldd ?? '') ? undefined : /^ldd \(.*\) (\d+\.\d+)/.exec(ldd ?? '')?.[1]);
  if (version !== undefined) return { kind: 'glibc', version };
  return /musl/i.test(ldd ?? '') ? { kind: 'musl' } : { kind: 'unknown' };
}
