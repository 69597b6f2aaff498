import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';

const project = join(import.meta.dirname, '../../..');
const goldenData = join(project, 'test/golden/data');

/** The agent's command line. */
const agentArguments = [join(project, 'agent/main.ts')];

export interface AgentStart {
  /** Replaces PATH's beginning, for tools made by a test. */
  readonly toolFolder?: string;
  /** Runs the agent as a user who may read none of the rules. */
  readonly asNobody?: boolean;
}

/** An agent that runs in a network namespace, with a client that speaks with it. */
export interface RunningAgent extends AsyncDisposable {
  readonly client: AgentClient;
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Its exit status, or the signal that it died of. */
  readonly exited: Promise<number | string>;
}

/** A network namespace as a node: rules are loaded into it, and agents read it. */
export class NodeInNamespace extends NetworkNamespace {
  /** Loads what was recorded in a file of a golden case. */
  loadGolden(path: string, command: string, ...argv: string[]): void {
    // Two things that this kernel may not have: an accounting object that kube-proxy makes beforehand.
    const text = readFileSync(join(goldenData, path), 'utf8').replace(/^.*-m nfacct .*\n/gm, '');
    this.output(command, argv, text);
  }

  /** Runs the agent's command line to its end. */
  agent(...argv: string[]): string {
    return this.output(process.execPath, [...agentArguments, ...argv]);
  }

  start({ toolFolder, asNobody = false }: AgentStart = {}): ChildProcessByStdio<Writable, Readable, Readable> {
    const path = `${toolFolder === undefined ? '' : `${toolFolder}:`}${process.env['PATH'] ?? ''}`;
    const agent = [process.execPath, ...agentArguments, 'serve'];
    const command = ['netns', 'exec', this.name, ...(asNobody ? commandOfNobody(agent) : agent)];
    return spawn('ip', command, { stdio: 'pipe', env: { ...process.env, PATH: path } });
  }

  async connect(start?: AgentStart): Promise<RunningAgent> {
    const child = this.start(start);
    const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    const client = await AgentClient.connect(
      { readable: child.stdout, writable: child.stdin },
      { clientName: 'test', handshakeTimeoutMs: 60_000 },
    ).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    return {
      client,
      process: child,
      exited,
      async [Symbol.asyncDispose]() {
        client.dispose();
        child.stdin.end();
        await exited;
      },
    };
  }

  /** Everything that reading could have changed. */
  state(): string {
    const script = `nft list ruleset
      cat /proc/net/ip_tables_names /proc/net/ip6_tables_names
      iptables-legacy-save | grep -v '^#'
      ip6tables-legacy-save | grep -v '^#'
      ipset save
      ip link
      ip addr
      ip route show table all
      cat /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/net/ipv4/ip_forward
      ls /sys/module`;
    return this.output('sh', ['-c', script]);
  }
}

/**
 * Makes a command for `ip netns exec` one of the user nobody. The project may lie where only root may go, in /root for
 * one, so it is mounted at /mnt, which only this command sees: `ip netns exec` gives it mounts of its own.
 */
function commandOfNobody(command: readonly string[]): string[] {
  const seen = command.map((word) => (word.startsWith(`${project}/`) ? `/mnt${word.slice(project.length)}` : word));
  const mount = 'mount --bind "$1" /mnt && shift && exec "$@"';
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  return ['sh', '-c', mount, 'sh', project, ...nobody, ...seen];
}

/** What the Services are, without where their rules stand and what they counted. */
export function servicesOf(json: string): unknown {
  const { services } = JSON.parse(json) as { services: unknown };
  return JSON.parse(
    JSON.stringify(services, (key, value: unknown) =>
      ['file', 'line', 'column', 'counters'].includes(key) ? undefined : value,
    ),
  );
}

/** The path of a golden case's folder. */
export function goldenFolder(name: string, mode: string): string {
  return join(goldenData, name, mode);
}
