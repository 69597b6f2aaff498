import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { IpFamily } from '../../../agent/model/address.ts';
import { NetworkNamespace } from '../networkNamespace.ts';
import type { Outcome, Question } from './peer.ts';

/** A host's address in each family. */
export type Addresses = Readonly<Record<IpFamily, string>>;

/** Where pods listen. */
export const podPort = 8080;

/** The pods: two on the node and two on another, all of them endpoints, and one on the node that is none. */
export const pods = {
  local1: { ipv4: '10.244.0.2', ipv6: 'fd00:10:244::2' },
  local2: { ipv4: '10.244.0.3', ipv6: 'fd00:10:244::3' },
  remote1: { ipv4: '10.244.1.2', ipv6: 'fd00:10:244:1::2' },
  remote2: { ipv4: '10.244.1.3', ipv6: 'fd00:10:244:1::3' },
  pod: { ipv4: '10.244.0.9', ipv6: 'fd00:10:244::9' },
} as const satisfies Readonly<Record<string, Addresses>>;
export type PodName = keyof typeof pods;

export const nodeAddresses: Addresses = { ipv4: '192.168.77.1', ipv6: '2001:db8:77::1' };
export const outsideAddresses: Addresses = { ipv4: '192.168.77.2', ipv6: '2001:db8:77::2' };
/** The node's address on its links to pods: what masqueraded packets to them come from. */
export const gatewayAddresses: Addresses = { ipv4: '10.244.0.1', ipv6: 'fd00:10:244::1' };
export const podCidrs: Addresses = { ipv4: '10.244.0.0/16', ipv6: 'fd00:10:244::/48' };

export type HostName = PodName | 'node' | 'outside';

/** A process that sends for a host. */
class Peer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  readonly #ready: Promise<unknown>;
  #count = 0;

  constructor(namespace: NetworkNamespace, listening: readonly string[]) {
    const program = [process.execPath, join(import.meta.dirname, 'peer.ts'), ...listening];
    const child = spawn('ip', ['netns', 'exec', namespace.name, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    this.#ready = once(lines, 'line').then(() => {
      lines.on('line', (line) => {
        const outcome: Outcome = JSON.parse(line);
        this.#waiting.get(outcome.id)?.(outcome);
        this.#waiting.delete(outcome.id);
      });
    });
  }

  async ask(question: Omit<Question, 'id'>): Promise<Outcome['counts']> {
    await this.#ready;
    const id = this.#count++;
    const answered = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.#child.stdin?.write(`${JSON.stringify({ id, ...question })}\n`);
    return (await answered).counts;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await gone;
  }
}

/** A node forwards packets; and this one says each time that a packet was rejected, and not once a second. */
const settings = [
  'ipv4.ip_forward=1',
  'ipv6.conf.all.forwarding=1',
  'ipv4.conf.all.rp_filter=0',
  'ipv4.icmp_ratelimit=0',
  'ipv6.icmp.ratelimit=0',
];

/** Of newer kernels only: in older ones these are not the namespace's. */
const optionalSettings = ['ipv4.icmp_msgs_per_sec=100000', 'ipv4.icmp_msgs_burst=10000'];

/** A node, its pods, those of another node, and a client outside, in namespaces; everything is gone when disposed of. */
export class ServiceNetwork implements AsyncDisposable {
  readonly node = new NetworkNamespace('node');
  readonly #namespaces: NetworkNamespace[] = [];
  readonly #peers = new Map<HostName, Peer>();

  constructor() {
    for (const setting of settings) this.node.output('sysctl', ['-qw', `net.${setting}`]);
    for (const setting of optionalSettings) this.node.run('sysctl', ['-qw', `net.${setting}`]);
    this.#connectOutside();
    for (const name of podNames) this.#connectPod(name);
    this.#peers.set('node', new Peer(this.node, []));
  }

  ask(host: HostName, question: Omit<Question, 'id'>): Promise<Outcome['counts']> {
    const peer = this.#peers.get(host);
    if (peer === undefined) throw new Error(`There is no host ${host}.`);
    return peer.ask(question);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => peer.stop()));
    for (const namespace of [...this.#namespaces, this.node]) namespace[Symbol.dispose]();
  }

  /** Makes a namespace with a link to the node, which is called `eth0` there. */
  #connect(host: string): NetworkNamespace {
    const namespace = new NetworkNamespace(host);
    this.#namespaces.push(namespace);
    this.node.output('ip', ['link', 'add', host, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace.name]);
    this.node.output('ip', ['link', 'set', host, 'up']);
    namespace.output('ip', ['link', 'set', 'eth0', 'up']);
    return namespace;
  }

  #connectOutside(): void {
    const outside = this.#connect('outside');
    this.node.output('ip', ['address', 'add', `${nodeAddresses.ipv4}/24`, 'dev', 'outside']);
    this.node.output('ip', ['address', 'add', `${nodeAddresses.ipv6}/64`, 'dev', 'outside', 'nodad']);
    outside.output('ip', ['address', 'add', `${outsideAddresses.ipv4}/24`, 'dev', 'eth0']);
    outside.output('ip', ['address', 'add', `${outsideAddresses.ipv6}/64`, 'dev', 'eth0', 'nodad']);
    for (const family of ['ipv4', 'ipv6'] as const) {
      outside.output('ip', [option(family), 'route', 'add', 'default', 'via', nodeAddresses[family]]);
      this.node.output('ip', [option(family), 'route', 'add', 'default', 'via', outsideAddresses[family]]);
    }
    this.#peers.set('outside', new Peer(outside, []));
  }

  #connectPod(name: PodName): void {
    const pod = this.#connect(name);
    const listening: string[] = [];
    for (const family of ['ipv4', 'ipv6'] as const) {
      const [own, gateway] = [pods[name][family], gatewayAddresses[family]];
      const [bits, noCheck] = family === 'ipv4' ? ['32', []] : ['128', ['nodad']];
      this.node.output('ip', ['address', 'add', `${gateway}/${bits}`, 'dev', name, ...noCheck]);
      this.node.output('ip', [option(family), 'route', 'add', `${own}/${bits}`, 'dev', name]);
      pod.output('ip', ['address', 'add', `${own}/${bits}`, 'dev', 'eth0', ...noCheck]);
      pod.output('ip', [option(family), 'route', 'add', `${gateway}/${bits}`, 'dev', 'eth0']);
      pod.output('ip', [option(family), 'route', 'add', 'default', 'via', gateway, 'dev', 'eth0']);
      listening.push(`${own}:${podPort}`);
    }
    this.#peers.set(name, new Peer(pod, listening));
  }
}

const podNames = ['local1', 'local2', 'remote1', 'remote2', 'pod'] as const;

function option(family: IpFamily): '-4' | '-6' {
  return family === 'ipv4' ? '-4' : '-6';
}
