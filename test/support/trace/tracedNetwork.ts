import { randomBytes } from 'node:crypto';
import type { Command, CommandEnd, CommandResult } from '../../../agent/node/command.ts';
import type { FileResult, Machine } from '../../../agent/node/machine.ts';
import { decodeDump } from '../../../agent/ruleset/common/encoding.ts';
import type { CommandResult as HostResult } from '../../vm/runCommand.ts';
import type { TracedHost } from './tracedHost.ts';
import { nodeHardwareAddress, Wire } from './wire.ts';

/** A link of the node to the world, which is one other namespace for everything that is not the node. */
export interface TracedLink {
  readonly name: string;
  /** Of the node, with prefix lengths. */
  readonly addresses: readonly string[];
  /** As `ip route add` takes them, without the device: `10.0.0.0/8 via 10.0.2.2`. */
  readonly routes: readonly string[];
}

/** What a node is apart from its rules. */
export interface NetworkPlan {
  readonly links: readonly TracedLink[];
  /** Further commands of ip(8): rules of routing, addresses on `lo`, ... */
  readonly commands: readonly string[];
  /** The same of those whose words do not show that they are of IPv6. */
  readonly commands6: readonly string[];
  /** Kernel settings by name. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The group of netfilter's log to which the probe tells what it sees. */
const logGroup = 7_777;

/**
 * Tells what the node's own processes get, what leaves, and what the node itself sends, before and after all rules. It
 * is not in snapshots.
 */
const probe = `table inet trace-probe {
  chain delivered { type filter hook input priority 2000000000; log prefix "delivered" group ${logGroup}; }
  chain leaving { type filter hook postrouting priority 2000000000; log prefix "leaving" group ${logGroup}; }
  chain sent { type filter hook output priority -2000000000; log prefix "sent" group ${logGroup}; }
}
`;

/** The node says each time that it rejected a packet, and not once a second; the last ones are of newer kernels only. */
const answerSettings = ['net.ipv4.icmp_ratemask=0', 'net.ipv6.icmp.ratelimit=0', 'net.ipv6.icmp.ratemask=255'];
const optionalSettings = ['net.ipv4.icmp_msgs_per_sec=1000000', 'net.ipv4.icmp_msgs_burst=1000000'];

/** A node in a namespace, with all that is around it in another. Everything is gone when it is disposed of. */
export class TracedNetwork implements AsyncDisposable {
  readonly #host: TracedHost;
  readonly #node: string;
  readonly #world: string;
  readonly #links: readonly TracedLink[];
  #wire: Wire | undefined;

  private constructor(host: TracedHost, links: readonly TracedLink[]) {
    this.#host = host;
    this.#links = links;
    const name = `${process.pid}-${randomBytes(3).toString('hex')}`;
    this.#node = `ksr-trace-node-${name}`;
    this.#world = `ksr-trace-world-${name}`;
  }

  static async lay(host: TracedHost, plan: NetworkPlan): Promise<TracedNetwork> {
    const network = new TracedNetwork(host, plan.links);
    try {
      await network.#make(plan);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a command in the node's namespace that has to succeed. */
  async run(argv: readonly string[], stdin = ''): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tryRun(argv, stdin);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} failed with ${exitCode}: ${stderr.slice(0, 2000)}`);
    return stdout.toString();
  }

  /** Runs a command in the node's namespace, whatever its exit code. */
  tryRun(argv: readonly string[], stdin = ''): Promise<HostResult> {
    return this.#host.run(['ip', 'netns', 'exec', this.#node, ...argv], stdin);
  }

  /** The node for the agent's collecting. */
  machine(): Machine {
    const files = this.#readSettings();
    const run = (argv: readonly string[]) => this.tryRun(argv);
    return {
      hostName: () => 'testnode',
      kernelRelease: () => this.#host.kernelRelease,
      run: async (command: Command): Promise<CommandResult> => {
        const started = performance.now();
        const { exitCode, stdout, stderr } = await run(command.argv);
        const { text, encoding } = decodeDump(stdout);
        const isMissing = exitCode === 255 && stderr.includes('No such file or directory');
        const end: CommandEnd = isMissing ? { kind: 'notFound' } : { kind: 'exited', code: exitCode ?? 255 };
        return { end, stdout: text, encoding, stderr, durationMs: performance.now() - started };
      },
      readFile: async (path): Promise<FileResult> => {
        if (path.startsWith('/proc/sys/')) {
          const text = (await files).get(path);
          return text === undefined ? { kind: 'missing' } : { kind: 'read', text };
        }
        const { exitCode, stdout } = await run(['cat', path]);
        return exitCode === 0 ? { kind: 'read', text: stdout.toString() } : { kind: 'missing' };
      },
      listFolder: async (path) => {
        const inside = [...(await files).keys()].filter((file) => file.startsWith(`${path}/`));
        return [...new Set(inside.map((file) => file.slice(path.length + 1).split('/')[0] ?? ''))];
      },
      readLink: async () => undefined,
      getFromLoopback: async () => undefined,
    };
  }

  /** What starts a command in the node's namespace that this process reads from. */
  remote(argv: readonly string[]): readonly string[] {
    return this.#host.remote(['ip', 'netns', 'exec', this.#node, ...argv]);
  }

  /** The probe comes with it, so it is asked for once the snapshot is taken. */
  async wire(): Promise<Wire> {
    if (this.#wire !== undefined) return this.#wire;
    await this.run(['nft', '-f', '-'], probe);
    const program = ['perl', this.#host.wireProgram, `/run/netns/${this.#node}`, String(logGroup)];
    const argv = ['ip', 'netns', 'exec', this.#world, 'taskset', '-c', '0', ...program];
    this.#wire = await Wire.start(this.#host.remote([...argv, ...this.#links.map(({ name }) => name)]));
    return this.#wire;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire?.[Symbol.asyncDispose]();
    for (const name of [this.#node, this.#world]) await this.#host.run(['ip', 'netns', 'delete', name]);
  }

  async #make({ links, commands, commands6, settings }: NetworkPlan): Promise<void> {
    for (const name of [this.#node, this.#world]) await this.#must(['ip', 'netns', 'add', name]);
    const world = ['ip', 'netns', 'exec', this.#world, 'sysctl', '-qw'] as const;
    await this.#must([...world, 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1']);
    const inNode = ['ip', 'netns', 'exec', this.#node, 'sysctl', '-qw'] as const;
    const given = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    const [before, after] = [given.filter((each) => !isOfLink(each)), given.filter(isOfLink)];
    await this.#must([...inNode, ...answerSettings, ...before]);
    await this.#host.run([...inNode, ...optionalSettings]);
    await this.#must(['ip', '-n', this.#node, '-batch', '-'], this.#nodeBatch(links, commands));
    await this.#must(['ip', '-6', '-n', this.#node, '-batch', '-'], `${commands6.join('\n')}\n`);
    await this.#must(['ip', '-n', this.#world, '-batch', '-'], worldBatch(links));
    if (after.length > 0) await this.#must([...inNode, ...after]);
  }

  #nodeBatch(links: readonly TracedLink[], commands: readonly string[]): string {
    const hardware = (nodeHardwareAddress.match(/../g) ?? []).join(':');
    const lines = links.flatMap(({ name, addresses }) => [
      `link add ${name} address ${hardware} type veth peer name ${name} netns ${this.#world}`,
      ...upWithoutNeighbours(name),
      ...addresses.map((address) => `address add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`),
    ]);
    const routes = links.flatMap(({ name, routes }) => routes.map((route) => `route add ${route} dev ${name}`));
    return ['link set lo up', ...lines, ...routes, ...commands, ''].join('\n');
  }

  async #must(argv: readonly [string, ...string[]], stdin = ''): Promise<void> {
    const { exitCode, stderr } = await this.#host.run(argv, stdin);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} failed with ${exitCode}: ${stderr}`);
  }

  async #readSettings(): Promise<ReadonlyMap<string, string>> {
    const argv = ['ip', 'netns', 'exec', this.#node, 'grep', '-rs', '', '/proc/sys/net'] as const;
    const { stdout } = await this.#host.run(argv);
    return new Map(
      stdout
        .toString()
        .split('\n')
        .flatMap((line) => {
          const colon = line.indexOf(':');
          return colon < 0 ? [] : [[line.slice(0, colon), `${line.slice(colon + 1)}\n`] as const];
        }),
    );
  }
}

/** Those of a link are there only when it is. */
function isOfLink(setting: string): boolean {
  const [, , , name = 'all'] = /\.conf\./.test(setting) ? setting.split('.') : [];
  return !['all', 'default', 'lo'].includes(name);
}

function worldBatch(links: readonly TracedLink[]): string {
  return [
    'link add sentinel0 type veth peer name sentinel1',
    ...[...links.map(({ name }) => name), 'sentinel0', 'sentinel1'].flatMap(upWithoutNeighbours),
    '',
  ].join('\n');
}

/** Nobody is asked for a hardware address, and none is made up. */
function upWithoutNeighbours(name: string): readonly string[] {
  return [`link set ${name} addrgenmode none`, `link set ${name} arp off`, `link set ${name} up`];
}
