import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { TestNode } from './testNode.ts';
import { podPort, toggleFrontends } from './toggleServices.ts';

const failures = z.array(z.object({ at: z.number(), target: z.string(), error: z.string() }));

/** What `traffic.pl` counts. */
const reportSchema = z.object({
  /** New connections. */
  attempted: z.number(),
  answered: z.number(),
  /** Milliseconds that the slowest of those took. */
  slowest: z.number(),
  failed: failures,
  /** Connections that stay: how many were opened, what became of those that broke, and how many answers all got. */
  opened: z.number(),
  broken: failures,
  exchanged: z.number(),
  /**
   * By the node's clock: new connections that began before have been answered or have failed, and each that stays has
   * got an answer since.
   */
  since: z.number(),
});
export type TrafficReport = z.infer<typeof reportSchema>;

const { clusterIp, nodePort } = toggleFrontends;

/** What each sender sends: protocol, address, port, new connections a second, connections that stay. */
type Target = readonly [protocol: 'tcp' | 'udp', address: string, port: number, rate: number, long: number];
type Sender = 'peer' | 'node' | 'outside';
type Load = Readonly<Record<Sender, readonly Target[]>>;

const load: Load = {
  /** A pod. */
  peer: [
    ['tcp', clusterIp.ipv4, clusterIp.port, 4, 10],
    ['tcp', clusterIp.ipv6, clusterIp.port, 1, 2],
    ['udp', clusterIp.ipv4, clusterIp.port, 1, 0],
  ],
  /** The node itself. */
  node: [
    ['tcp', clusterIp.ipv4, clusterIp.port, 2, 5],
    ['tcp', clusterIp.ipv6, clusterIp.port, 1, 2],
    ['udp', clusterIp.ipv4, clusterIp.port, 1, 0],
  ],
  /** A client that is no pod. */
  outside: [
    ['tcp', nodePort.ipv4, nodePort.port, 4, 10],
    ['tcp', nodePort.ipv6, nodePort.port, 1, 1],
  ],
};

/** More connections that stay. */
const moreLong: Load = {
  peer: [['tcp', clusterIp.ipv4, clusterIp.port, 0, 2]],
  node: [['tcp', clusterIp.ipv4, clusterIp.port, 0, 1]],
  outside: [['tcp', nodePort.ipv4, nodePort.port, 0, 2]],
};

function countLong(targets: Load): number {
  return Object.values(targets)
    .flat()
    .reduce((count, [, , , , long]) => count + long, 0);
}

/** Perl programs of the node, started with `setsid`, so that they stay when ssh's channel closes. */
const start = 'cd /root && { setsid "$@" > /dev/null 2> /root/traffic.errors < /dev/null & }';

/** Traffic on a node with the network of `lay-network.sh`; its rules have to carry it already. */
export class NodeTraffic {
  readonly #node: TestNode;
  #reports = 0;
  #long = 0;

  constructor(node: TestNode) {
    this.#node = node;
  }

  /** Lays the network, and starts the pods that answer. */
  async prepare(): Promise<void> {
    const commands = join(import.meta.dirname, 'commands');
    await this.#node.run(['sh', '-s'], { stdin: await readFile(join(commands, 'lay-network.sh')) });
    await this.#node.run(['sh', '-c', 'cat > /root/traffic.pl'], {
      stdin: await readFile(join(commands, 'traffic.pl')),
    });
    const addresses = [2, 3, 4].flatMap((host) => [`10.244.0.${host}`, `fd00:10:244::${host}`]);
    await this.#start('pods', 'serve', String(podPort), ...addresses);
    await this.#until(`ip netns exec pods ss -Hltn | grep -c :${podPort} | grep -qx ${addresses.length}`);
  }

  /** How many connections should stay open. */
  get longConnections(): number {
    return this.#long;
  }

  /** Starts new connections, and 30 that stay. */
  begin(): Promise<void> {
    return this.#send(load);
  }

  /** Opens five more connections that stay, in the mode that the node is in now. */
  openMore(): Promise<void> {
    return this.#send(moreLong);
  }

  async #send(targets: Load): Promise<void> {
    for (const sender of ['peer', 'node', 'outside'] as const) {
      const report = `/run/traffic-${this.#reports++}.json`;
      await this.#start(sender === 'node' ? undefined : sender, 'load', report, ...targets[sender].map(String));
    }
    this.#long += countLong(targets);
    for (;;) {
      const { opened, broken } = await this.report();
      if (opened + broken.length >= this.#long) return;
      await delay(500);
    }
  }

  /** The counts of all senders together; those that have said nothing yet count as zero. */
  async report(): Promise<TrafficReport> {
    const { stdout } = await this.#node.tryRun(['sh', '-c', 'cat /run/traffic-*.json']);
    const reports = stdout
      .toString()
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [reportSchema.parse(JSON.parse(line))]));
    const inOrder = (of: (report: TrafficReport) => TrafficReport['failed']): TrafficReport['failed'] =>
      reports.flatMap(of).sort((one, other) => one.at - other.at);
    const sum = (of: (report: TrafficReport) => number): number => reports.reduce((total, each) => total + of(each), 0);
    return {
      attempted: sum(({ attempted }) => attempted),
      answered: sum(({ answered }) => answered),
      slowest: Math.max(0, ...reports.map(({ slowest }) => slowest)),
      failed: inOrder(({ failed }) => failed),
      opened: sum(({ opened }) => opened),
      broken: inOrder(({ broken }) => broken),
      exchanged: sum(({ exchanged }) => exchanged),
      since: Math.min(...reports.map(({ since }) => since)),
    };
  }

  /**
   * Waits until what became of every connection is known: of those that began until a second after now, and of those
   * that stay. A failure is known when its time is up.
   */
  async goesOn(): Promise<TrafficReport> {
    const now = Number((await this.#node.run(['date', '+%s.%N'])).toString());
    for (;;) {
      const report = await this.report();
      if (report.since > now + 1) return report;
      await delay(500);
    }
  }

  async #start(namespace: string | undefined, ...args: readonly string[]): Promise<void> {
    const inNamespace = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    await this.#node.run(['sh', '-c', start, 'sh', ...inNamespace, 'perl', '/root/traffic.pl', ...args]);
  }

  async #until(condition: string): Promise<void> {
    while ((await this.#node.tryRun(['sh', '-c', condition])).exitCode !== 0) await delay(300);
  }
}
