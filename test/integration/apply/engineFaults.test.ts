import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../peers/seededRandom.ts';
import { type AgentEnd, BundledAgent, ChangedNode, ended } from './changedNode.ts';
import { type InterceptedPoint, InterceptedTools } from './interceptedTools.ts';
import { shopObjects } from './shopObjects.ts';

/** Of each kind; more than the usual ones, and others, are made with these. */
const faultsOfEach = Number(process.env['APPLY_FAULTS'] ?? 6);
const seed = Number(process.env['APPLY_SEED'] ?? 20260102);

const modes = ['iptables', 'nftables'] as const;
type Mode = (typeof modes)[number];

/** What goes wrong, and how. */
type Fault =
  | 'applier is killed'
  | 'its session is killed'
  | 'its connection is lost'
  | 'tool is killed'
  | 'disk is full'
  | 'lock is held'
  | 'nobody confirms';

const faults: readonly Fault[] = [
  'applier is killed',
  'its session is killed',
  'its connection is lost',
  'tool is killed',
  'disk is full',
  'lock is held',
  'nobody confirms',
];

/** What goes wrong without being in the way: room is kept for what has to be written, and the lock is waited for. */
const survivable: ReadonlySet<Fault> = new Set(['disk is full', 'lock is held']);

const agent = new BundledAgent();
after(() => agent[Symbol.dispose]());

/** A node with its tools intercepted, on which faults happen one after another. */
class FaultyNode implements Disposable {
  readonly node = new ChangedNode(agent);
  readonly tools = new InterceptedTools();
  readonly #random: SeededRandom;
  #files = 0;

  /** @param backend where the node's other rules of iptables are */
  constructor(random: SeededRandom, backend: 'legacy' | 'nft') {
    this.#random = random;
    this.node.tools.push(this.tools.folder);
    for (const family of ['iptables', 'ip6tables']) {
      this.node.namespace.output(`${family}-${backend}`, ['-t', 'mangle', '-N', 'KUBE-KUBELET-CANARY']);
    }
  }

  /** Some Services in some mode. */
  target(): readonly string[] {
    const mode: Mode = this.#random.pick(...modes);
    const objects = this.node.objectsFile(`objects-${++this.#files}.json`, shopObjects(this.#random));
    const apply = ['apply', '--yes', '--set-prerequisites', '--mode', mode, '--objects', objects];
    return [...apply, '--node', 'node-a', '--node-ip', '10.0.0.1,fd00::1'];
  }

  /** The number of runs of tools that a change takes; 0 when it takes none. */
  async runs(target: readonly string[]): Promise<number> {
    const { stdout, stderr } = await this.node.agent(...target, '--dry-run', '--json');
    assert.equal(stderr, '');
    const { steps } = JSON.parse(stdout) as { steps: readonly { argv: readonly string[] }[] };
    return steps.filter(({ argv: [program = ''] }) => /restore$|^nft$|^ipset$/.test(program)).length;
  }

  /** Makes a change during which something goes wrong. */
  async make(fault: Fault, target: readonly string[], run: number, point: InterceptedPoint): Promise<AgentEnd> {
    if (fault === 'nobody confirms') return this.node.agent(...target, '--confirm-within', '1');
    if (fault === 'its connection is lost') return this.#withConnectionLost(target, run, point);
    this.tools.arm(run, fault === 'lock is held' ? 'before' : point);
    const applier = this.node.start(...target);
    const end = ended(applier);
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    assert.ok(await this.tools.reached(() => isOver), (await Promise.race([end, undefined]))?.stderr);
    if (fault === 'lock is held') return this.#withLockHeld(end, () => isOver);
    await this.#strike(fault, applier);
    this.tools.disarm();
    await this.tools.ended();
    const result = await end;
    rmSync(join(this.node.disk, 'filler'), { force: true });
    return result;
  }

  async #strike(fault: Fault, applier: ChildProcess): Promise<void> {
    const { pid = 0 } = applier;
    switch (fault) {
      case 'applier is killed':
        applier.kill('SIGKILL');
        await once(applier, 'exit');
        await this.#untilTimerTakesOver();
        break;
      case 'its session is killed':
        process.kill(-pid, 'SIGKILL');
        await once(applier, 'exit');
        await this.#untilTimerTakesOver();
        break;
      case 'disk is full':
        // It ends when there is no room left.
        assert.throws(() => execFileSync('dd', ['if=/dev/zero', `of=${join(this.node.disk, 'filler')}`], quiet));
    }
  }

  /** The timer has to wait for the tool that the dead applier ran, or the tool writes when all is rolled back. */
  async #untilTimerTakesOver(): Promise<void> {
    while (!isWaitedFor(this.node.lockFile) && (await this.node.isOpen())) await delay(10);
  }

  /** Holds the lock of iptables until a tool waits for it. */
  async #withLockHeld(end: Promise<AgentEnd>, isOver: () => boolean): Promise<AgentEnd> {
    const { xtablesLock } = this.node;
    const holder = spawn('flock', [xtablesLock, 'sh', '-c', 'echo held; exec cat'], { stdio: 'pipe' });
    await once(holder.stdout, 'data');
    this.tools.disarm();
    while (!isOver() && !isWaitedFor(xtablesLock)) await delay(10);
    holder.stdin.end();
    await once(holder, 'exit');
    return end;
  }

  /** Makes a change over JSON-RPC, during which the connection is closed. */
  async #withConnectionLost(target: readonly string[], run: number, point: InterceptedPoint): Promise<AgentEnd> {
    const mode = target[target.indexOf('--mode') + 1] === 'iptables' ? 'iptables' : 'nftables';
    const objects = readFileSync(target[target.indexOf('--objects') + 1] ?? '', 'utf8');
    await using connected = await this.node.connect();
    const { changes } = connected.client;
    await changes.mark(true);
    const options = { nodeName: 'node-a', nodeIps: ['10.0.0.1', 'fd00::1'] };
    const { plan, prerequisites } = await changes.plan({ kind: 'apply', mode, objects }, options);
    const consent = prerequisites.map(({ id }) => id);
    this.tools.arm(run, point);
    let isOver = false;
    const applied = changes.apply({ plan, confirmWithin: 60, consent, takeOver: false }).catch(() => {
      isOver = true;
    });
    assert.ok(await this.tools.reached(() => isOver));
    connected.process.stdin?.end();
    await applied;
    this.tools.disarm();
    return { end: 0, stdout: '', stderr: '' };
  }

  [Symbol.dispose](): void {
    this.tools[Symbol.dispose]();
    this.node[Symbol.dispose]();
  }
}

/** Whether somebody waits for the lock of a file; the kernel lists them as `-> FLOCK ... 00:2c:5`. */
function isWaitedFor(file: string): boolean {
  const { dev, ino } = statSync(file);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const device = [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':');
  return new RegExp(`-> FLOCK .* ${device}:${ino} `).test(readFileSync('/proc/locks', 'utf8'));
}

/** The pieces that only one of two states of a node has. */
function difference(one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  const only = (these: ReadonlySet<string>, those: ReadonlySet<string>, sign: string): string[] =>
    [...these].filter((piece) => !those.has(piece)).map((piece) => `${sign}${piece}`);
  return [...only(one, other, '+'), ...only(other, one, '-')];
}

const quiet = { stdio: 'ignore' } as const;

describe(`a change during which something goes wrong (seed ${seed})`, () => {
  for (const [index, fault] of faults.entries()) {
    it(`leaves the old rules or the new ones: ${fault}`, async () => {
      const random = new SeededRandom(seed + index);
      using faulty = new FaultyNode(random, index % 2 === 0 ? 'legacy' : 'nft');
      const { node } = faulty;
      for (let count = 0; count < faultsOfEach; ) {
        const target = faulty.target();
        const runs = await faulty.runs(target);
        if (runs === 0) continue;
        count++;
        const run = 1 + random.below(runs);
        const point = fault === 'tool is killed' ? 'half' : random.pick('before' as const, 'after');
        const what = `fault ${count}: ${point} run ${run} of ${runs}, ${target.join(' ')}`;
        const old = node.rules();
        const { stderr } = await faulty.make(fault, target, run, point);
        const change = await node.settled();
        const left = node.rules();

        const again = await node.agent(...target);
        assert.equal(again.end, 0, again.stderr);
        const wanted = node.rules();
        assert.notDeepEqual(difference(wanted, old), [], what);
        assert.equal(change?.state, survivable.has(fault) ? 'confirmed' : 'rolled-back', `${what}\n${stderr}`);
        assert.deepEqual(difference(left, change.state === 'confirmed' ? wanted : old), [], `${what}\n${stderr}`);
        assert.equal(change.differences ?? 0, 0);
      }
    });
  }

  it('leaves the old rules or the new ones: applier is killed at whatever moment', async () => {
    const random = new SeededRandom(seed + faults.length);
    using faulty = new FaultyNode(random, 'nft');
    const { node } = faulty;
    let usualMs = 1_000;
    for (let count = 0; count < faultsOfEach; ) {
      const target = faulty.target();
      if ((await faulty.runs(target)) === 0) continue;
      count++;
      const moment = random.below(120) / 100;
      const what = `fault ${count}: after ${moment} of ${usualMs} ms, ${target.join(' ')}`;
      const old = node.rules();
      const before = (await node.record()).latest?.id;
      const applier = node.start(...target, '--confirm-within', '1');
      const end = ended(applier);
      await Promise.race([end, delay(moment * usualMs)]);
      applier.kill('SIGKILL');
      await end;
      // Whoever looks at the node starts the timer of a change whose applier did not come so far.
      assert.equal((await node.agent('state')).end, 0);
      const change = await node.settled();
      assert.deepEqual(difference(node.rules(), old), [], what);
      if (change?.id !== before) assert.deepEqual([change?.state, change?.differences], ['rolled-back', 0], what);

      const started = performance.now();
      const again = await node.agent(...target);
      assert.equal(again.end, 0, again.stderr);
      usualMs = Math.round(performance.now() - started);
    }
  });
});
