/**
 * One host of a network, run in a namespace: it answers on its own addresses, and sends what it is told to.
 *
 *   node peer.ts [ADDRESS:PORT ...]
 *
 * It prints `ready`, then an {@link Outcome} in JSON for each {@link Question} in JSON that it reads, line by line. An
 * answer names the host that gave it and the address that the question came from.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** New connections to one address. */
export interface Question {
  readonly id: number;
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly count: number;
  /** Milliseconds without an answer after which a connection counts as `silent`. */
  readonly patienceMs: number;
}

/** How often each thing happened: `ADDRESS from ADDRESS`, `refused`, `silent`, or the system's code of an error. */
export interface Outcome {
  readonly id: number;
  readonly counts: Readonly<Record<string, number>>;
}

const atOnce = 40;

/** Milliseconds after which a datagram without an answer is sent again. */
const resendMs = 1_000;

function outcomeOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message;
  return code === 'ECONNREFUSED' ? 'refused' : code;
}

function askByTcp({ host, port, patienceMs }: Question): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (outcome: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish('silent'), patienceMs);
    socket.once('data', (data) => finish(data.toString()));
    socket.once('error', (error) => finish(outcomeOf(error)));
    socket.once('end', () => finish('closed'));
  });
}

function askByUdp({ host, port, patienceMs }: Question): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const finish = (outcome: string): void => {
      clearTimeout(timer);
      clearInterval(again);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish('silent'), patienceMs);
    // As TCP does: the kernel says only so many times a second that it rejected a packet.
    const again = setInterval(() => socket.send('?'), resendMs);
    socket.once('message', (data) => finish(data.toString()));
    socket.on('error', (error) => {
      // Of the own packets that it takes, the filter says so to the sender; whether it rejects them comes afterwards.
      if (outcomeOf(error) !== 'EPERM') finish(outcomeOf(error));
    });
    socket.connect(port, host, () => socket.send('?'));
  });
}

async function answer(question: Question): Promise<Outcome> {
  const counts: Record<string, number> = {};
  let left = question.count;
  const askOn = async (): Promise<void> => {
    while (left-- > 0) {
      const outcome = await (question.protocol === 'tcp' ? askByTcp(question) : askByUdp(question));
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, question.count) }, askOn));
  return { id: question.id, counts };
}

async function serve(address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${host} from ${socket.remoteAddress ?? ''}`);
  });
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (_, from) => udp.send(`${host} from ${from.address}`, from.port, from.address));
  tcp.listen(port, host);
  udp.bind(port, host);
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
}

if (import.meta.main) {
  await Promise.all(process.argv.slice(2).map(serve));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    void answer(JSON.parse(line)).then((outcome) => process.stdout.write(`${JSON.stringify(outcome)}\n`));
  });
  lines.once('close', () => process.exit());
  process.stdout.write('ready\n');
}
