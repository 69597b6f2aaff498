import type { SnapshotPart } from '../model/snapshot.ts';
import { missingPart } from './commandPart.ts';
import { concurrencyLimit } from './concurrencyLimit.ts';
import type { KubeProxyReport } from './kubeProxyReport.ts';
import type { Machine } from './machine.ts';
import type { PartReader } from './partReader.ts';

type KubeProxyProcess = KubeProxyReport['processes'][number];

/** Where kube-proxy serves metrics and `/proxyMode` unless told otherwise (`metricsBindAddress`). */
const defaultMetricsAddress = '127.0.0.1:10249';
const maxConfigLength = 256 * 1024;
/** Processes that are looked at at once: a node has thousands, and an agent may open only so many files. */
const openFiles = 32;

/** The value of `--NAME=VALUE` or `--NAME VALUE`; the last one counts, as in Go's flag packages. */
function flag(argv: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  argv.forEach((word, index) => {
    if (word.startsWith(`--${name}=`)) value = word.slice(name.length + 3);
    else if (word === `--${name}`) value = argv[index + 1];
  });
  return value;
}

async function readProcess(machine: Machine, pid: number): Promise<KubeProxyProcess | undefined> {
  const name = await machine.readFile(`/proc/${pid}/comm`);
  if (name.kind !== 'read' || name.text.trim() !== 'kube-proxy') return undefined;
  // Nodes inside containers (kind, k3d) show up in the host's /proc, but their rules are in another namespace.
  const [namespace, own] = await Promise.all([
    machine.readLink(`/proc/${pid}/ns/net`),
    machine.readLink('/proc/self/ns/net'),
  ]);
  if (namespace !== undefined && namespace !== own) return undefined;
  const commandLine = await machine.readFile(`/proc/${pid}/cmdline`);
  if (commandLine.kind !== 'read') return undefined;
  const argv = commandLine.text.split('\0').slice(0, -1);
  const configFile = flag(argv, 'config');
  // The path is one of the container's file system.
  const config = configFile?.startsWith('/') ? await machine.readFile(`/proc/${pid}/root${configFile}`) : undefined;
  return {
    pid,
    argv,
    ...(configFile !== undefined && { configFile }),
    ...(config?.kind === 'read' && { config: config.text.slice(0, maxConfigLength) }),
  };
}

async function findProcesses(machine: Machine): Promise<readonly KubeProxyProcess[]> {
  const names = await machine.listFolder('/proc');
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const limited = concurrencyLimit(openFiles);
  const processes = await Promise.all(pids.map((pid) => limited(() => readProcess(machine, pid))));
  return processes.filter((process) => process !== undefined);
}

/** The port of the metrics server, where it listens on loopback or everywhere; undefined for any other address. */
function metricsPort(process: KubeProxyProcess | undefined): number | undefined {
  const inConfig = /^metricsBindAddress:\s*["']?([^"'\s#]*)/m.exec(process?.config ?? '')?.[1];
  const address = flag(process?.argv ?? [], 'metrics-bind-address') || inConfig || defaultMetricsAddress;
  const match = /^(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::\]|):(\d{1,5})$/.exec(address);
  return match ? Number(match[1]) : undefined;
}

/**
 * Whether something listens on a TCP port, by the kernel's tables. A connection to a closed port would be answered too,
 * but its packets would be counted by the rules that are about to be read.
 */
async function isListening(machine: Machine, port: number): Promise<boolean> {
  const listening = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 0A `);
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => machine.readFile(path)));
  return tables.some((table) => table.kind === 'read' && listening.test(table.text));
}

async function askMetricsServer(
  machine: Machine,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Pick<KubeProxyReport, 'metricsPort' | 'mode' | 'version'>> {
  if (!(await isListening(machine, port))) return {};
  const mode = (await machine.getFromLoopback(port, '/proxyMode', signal))?.trim();
  // Anything may listen on that port; only kube-proxy answers with the name of a mode.
  if (mode === undefined || !/^[a-z]{1,20}$/.test(mode)) return {};
  const metrics = await machine.getFromLoopback(port, '/metrics', signal);
  const version = /^kubernetes_build_info\{[^}]*\bgit_version="([^"]+)"/m.exec(metrics ?? '')?.[1];
  return { metricsPort: port, mode, ...(version !== undefined && { version }) };
}

/** Reads what can be known of a kube-proxy that runs here. Nothing of it is executed. */
export function kubeProxyReader(machine: Machine): PartReader {
  const identity = { id: 'kube-proxy.json', kind: 'kube-proxy' } as const;
  return {
    identity,
    read: async (signal): Promise<SnapshotPart> => {
      const started = performance.now();
      const processes = await findProcesses(machine);
      const port = metricsPort(processes[0]);
      const answers = port === undefined ? {} : await askMetricsServer(machine, port, signal);
      if (processes.length === 0 && answers.mode === undefined) {
        return missingPart(identity, {
          code: 'not-running',
          message: 'No kube-proxy runs in this network namespace.',
          args: {},
        });
      }
      const report: KubeProxyReport = { processes: [...processes], ...answers };
      return {
        ...identity,
        source: ['/proc', ...(answers.metricsPort === undefined ? [] : [`http://127.0.0.1:${answers.metricsPort}`])],
        status: 'complete',
        durationMs: performance.now() - started,
        text: `${JSON.stringify(report, undefined, 2)}\n`,
      };
    },
  };
}
