import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../peers/seededRandom.ts';
import { type AgentEnd, BundledAgent, ChangedNode } from './changedNode.ts';
import { InterceptedTools } from './interceptedTools.ts';
import { shopObjects } from './shopObjects.ts';

const agent = new BundledAgent();
after(() => agent[Symbol.dispose]());

const firstObjects = shopObjects(new SeededRandom(1));
const otherObjects = shopObjects(new SeededRandom(2));

const nodeFlags = ['--node', 'node-a', '--node-ip', '10.0.0.1,fd00::1'] as const;
const options = { nodeName: 'node-a', nodeIps: ['10.0.0.1', 'fd00::1'] };

/** A command line that applies objects on a node that nobody has marked. */
function applying(node: ChangedNode, objects: string, ...more: string[]): readonly string[] {
  const file = node.objectsFile('objects.json', objects);
  return ['apply', '--yes', '--mode', 'nftables', '--objects', file, ...nodeFlags, ...more];
}

function succeeded(end: AgentEnd): AgentEnd {
  assert.equal(end.end, 0, end.stderr);
  return end;
}

describe('changing a node from the command line', () => {
  it('shows a plan and changes nothing', async () => {
    using node = new ChangedNode(agent);
    const before = node.rules();
    const { stdout } = succeeded(await node.agent(...applying(node, firstObjects, '--dry-run')));
    assert.match(stdout, /^# none -> nftables: \d+ added, 0 removed$/m);
    assert.match(stdout, /^--- default\/shop-0$/m);
    assert.deepEqual(node.rules(), before);
    assert.deepEqual(await node.record(), {});
  });

  it('changes nothing the second time', async () => {
    using node = new ChangedNode(agent);
    succeeded(await node.agent(...applying(node, firstObjects)));
    const applied = node.rules();
    const { latest } = await node.record();
    assert.equal(latest?.state, 'confirmed');
    const { stdout } = succeeded(await node.agent(...applying(node, firstObjects)));
    assert.equal(stdout, 'The node is as wanted.\n');
    assert.deepEqual(node.rules(), applied);
    assert.deepEqual((await node.record()).latest, latest);
  });

  it('touches nothing of others', async () => {
    using node = new ChangedNode(agent);
    const foreign = 'table ip other { chain a { type filter hook input priority 0; counter accept; }; }\n';
    node.namespace.output('nft', ['-f', '-'], foreign);
    node.namespace.output('ipset', ['create', 'other', 'hash:ip']);
    const before = node.rules();
    succeeded(await node.agent(...applying(node, firstObjects)));
    succeeded(await node.agent('undo', '--yes'));
    assert.deepEqual(node.rules(), before);
  });

  it('undoes the last change, and undoing that too', async () => {
    using node = new ChangedNode(agent);
    succeeded(await node.agent(...applying(node, firstObjects)));
    const first = node.rules();
    succeeded(await node.agent(...applying(node, otherObjects)));
    const other = node.rules();
    assert.notDeepEqual(other, first);
    succeeded(await node.agent('undo', '--yes'));
    assert.deepEqual(node.rules(), first);
    succeeded(await node.agent('undo', '--yes'));
    assert.deepEqual(node.rules(), other);
  });

  it('keeps what is confirmed in time', async () => {
    using node = new ChangedNode(agent);
    const { stdout } = succeeded(
      await node.agent(...applying(node, firstObjects, '--confirm-within', '3600', '--json')),
    );
    const { change } = JSON.parse(stdout) as { change: { change: string; state: string } };
    assert.equal(change.state, 'pending');
    const applied = node.rules();
    const again = await node.agent(...applying(node, otherObjects));
    assert.equal(again.end, 1);
    assert.match(again.stderr, /waits to be confirmed/);
    succeeded(await node.agent('confirm', change.change));
    assert.equal((await node.settled())?.state, 'confirmed');
    assert.deepEqual(node.rules(), applied);
    while (await node.hasTimer(change.change)) await delay(20);
  });

  it('puts back what somebody rolls back, with what it had set', async () => {
    using node = new ChangedNode(agent);
    const before = node.rules();
    assert.match([...before].join('\n'), /ip_forward:0/);
    const pending = ['--confirm-within', '3600', '--set-prerequisites'];
    succeeded(await node.agent(...applying(node, firstObjects, ...pending)));
    assert.match([...node.rules()].join('\n'), /ip_forward:1/);
    const { stdout } = succeeded(await node.agent('rollback', '--json'));
    const { state, differences } = JSON.parse(stdout) as { state: string; differences: number };
    assert.deepEqual([state, differences], ['rolled-back', 0]);
    assert.deepEqual(node.rules(), before);
    const late = await node.agent('confirm');
    assert.equal(late.end, 1);
    assert.match(late.stderr, /rolled back/);
  });

  it('goes on after somebody killed the timer', async () => {
    using node = new ChangedNode(agent);
    const before = node.rules();
    succeeded(await node.agent(...applying(node, firstObjects, '--confirm-within', '2')));
    const { latest } = await node.record();
    assert.ok(latest !== undefined);
    node.killTimer();
    while (await node.hasTimer(latest.id)) await delay(20);
    succeeded(await node.agent('state'));
    assert.equal((await node.settled())?.state, 'rolled-back');
    assert.deepEqual(node.rules(), before);
  });

  it('is done by one at a time', async () => {
    using node = new ChangedNode(agent);
    using tools = new InterceptedTools();
    node.tools.push(tools.folder);
    tools.arm(1, 'before');
    const first = node.agent(...applying(node, firstObjects));
    assert.ok(await tools.reached(() => false));
    const second = await node.agent(...applying(node, otherObjects));
    assert.equal(second.end, 1);
    assert.match(second.stderr, /^Process [1-9]\d* is changing this node\.$/m);
    tools.disarm();
    succeeded(await first);
  });

  it('is refused on a node that is not marked, and with a kube-proxy', async () => {
    using node = new ChangedNode(agent);
    const before = node.rules();
    const [command = '', , ...rest] = applying(node, firstObjects, '--mark-file', node.markFile);
    const unmarked = await node.agent(command, ...rest);
    assert.equal(unmarked.end, 1);
    assert.match(unmarked.stderr, /not marked/);
    succeeded(await node.agent('mark', '--mark-file', node.markFile));
    using proxy = new FakeKubeProxy(node);
    await proxy.started();
    const proxied = await node.agent(command, ...rest);
    assert.equal(proxied.end, 1);
    assert.match(proxied.stderr, /kube-proxy runs/);
    assert.deepEqual(node.rules(), before);
    succeeded(await node.agent(command, ...rest, '--take-over'));
    succeeded(await node.agent('unmark', '--mark-file', node.markFile));
    assert.match((await node.agent('undo', '--mark-file', node.markFile)).stderr, /not marked/);
  });

  it('is refused when objects are not understood, or there is no room for what stood before', async () => {
    using node = new ChangedNode(agent);
    const before = node.rules();
    const broken = await node.agent(...applying(node, '{"kind": "Service", "metadata": {}}\n'));
    assert.equal(broken.end, 1);
    const filler = join(node.disk, 'filler');
    assert.throws(() => execFileSync('dd', ['if=/dev/zero', `of=${filler}`], { stdio: 'ignore' }));
    const full = await node.agent(...applying(node, firstObjects));
    assert.equal(full.end, 1);
    assert.match(full.stderr, /room|takes no more/);
    assert.deepEqual(node.rules(), before);
    writeFileSync(filler, '');
    succeeded(await node.agent(...applying(node, firstObjects)));
  });
});

/** A process that looks like a kube-proxy of the node. */
class FakeKubeProxy implements Disposable {
  readonly #process;

  constructor(node: ChangedNode) {
    const script = 'printf kube-proxy > /proc/self/comm; echo started; while read -r line; do :; done';
    this.#process = spawn('ip', ['netns', 'exec', node.namespace.name, 'bash', '-c', script], { stdio: 'pipe' });
  }

  async started(): Promise<void> {
    await once(this.#process.stdout, 'data');
    assert.equal(readFileSync(`/proc/${this.#process.pid}/comm`, 'utf8'), 'kube-proxy\n');
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }
}

describe('changing a node over JSON-RPC', () => {
  it('plans, applies, and is confirmed over a new connection', async () => {
    using node = new ChangedNode(agent);
    await using first = await node.connect();
    const { changes, information } = first.client;
    assert.ok(information.capabilities.includes('apply'));
    assert.equal((await changes.state()).marked, false);
    const target = { kind: 'apply', mode: 'nftables', objects: firstObjects } as const;
    assert.deepEqual(
      (await changes.plan(target, options)).refusals.map(({ code }) => code),
      ['not-marked'],
    );
    assert.equal((await changes.mark(true)).marked, true);
    const reports: string[] = [];
    const summary = await changes.plan(target, options, { onProgress: ({ part }) => reports.push(part) });
    assert.ok(reports.includes('nft.txt'));
    assert.deepEqual([summary.from, summary.to, summary.removed], ['none', 'nftables', 0]);
    assert.ok(summary.services.some(({ service, added }) => service === 'default/shop-0' && added > 0));
    assert.deepEqual(summary.refusals, []);
    const { text } = await changes.planText(summary.plan, 'default/shop-0');
    assert.match(text, /^--- default\/shop-0\n/);
    assert.doesNotMatch(text, /shop-1/);

    const how = { plan: summary.plan, confirmWithin: 3600, consent: [], takeOver: false };
    const { change, steps } = await changes.apply(how, { onProgress: ({ part }) => reports.push(part) });
    assert.equal(change.state, 'pending');
    assert.ok(steps > 0);
    assert.ok(reports.includes('nftables'));
    const applied = node.rules();
    await assert.rejects(changes.confirm(change.change), { code: 'confirm-needs-new-connection' });
    await assert.rejects(changes.apply(how), { code: 'unknown-plan' });

    await using second = await node.connect();
    const state = await second.client.changes.confirm(change.change);
    assert.deepEqual([state.latest?.state, state.undoable, state.hasObjects], ['confirmed', true, true]);
    assert.deepEqual(node.rules(), applied);
    assert.deepEqual((await changes.leftovers()).leftovers, []);

    const undo = await changes.plan({ kind: 'undo' }, {});
    assert.deepEqual([undo.from, undo.to, undo.added], ['nftables', 'none', 0]);
    await changes.apply({ ...how, plan: undo.plan });
    await second.client.changes.rollBack((await changes.state()).latest?.change ?? '');
    assert.deepEqual(node.rules(), applied);
  });

  it('refuses a plan when the node is another by then', async () => {
    using node = new ChangedNode(agent);
    await using connected = await node.connect();
    const { changes } = connected.client;
    await changes.mark(true);
    const { plan } = await changes.plan({ kind: 'apply', mode: 'nftables', objects: firstObjects }, options);
    succeeded(await node.agent(...applying(node, otherObjects)));
    const other = node.rules();
    const how = { plan, confirmWithin: 60, consent: [], takeOver: false };
    await assert.rejects(changes.apply(how), { code: 'plan-outdated' });
    assert.deepEqual(node.rules(), other);
    assert.equal((await node.record()).latest?.state, 'confirmed');
  });

  it('puts everything back when it is cancelled, or its connection is closed', async () => {
    using node = new ChangedNode(agent);
    using tools = new InterceptedTools();
    node.tools.push(tools.folder);
    succeeded(await node.agent(...applying(node, firstObjects)));
    const before = node.rules();
    for (const how of ['cancel', 'close'] as const) {
      await using connected = await node.connect();
      const { changes } = connected.client;
      await changes.mark(true);
      const { plan } = await changes.plan({ kind: 'apply', mode: 'nftables', objects: otherObjects }, options);
      tools.arm(2, 'before');
      const cancel = new AbortController();
      const applied = changes.apply(
        { plan, confirmWithin: 60, consent: [], takeOver: false },
        { signal: cancel.signal },
      );
      const rejected = assert.rejects(applied, { code: how === 'cancel' ? 'cancelled' : 'agent-closed' });
      assert.ok(await tools.reached(() => false));
      if (how === 'cancel') cancel.abort();
      else connected.process.stdin?.end();
      await rejected;
      tools.disarm();
      assert.equal((await node.settled())?.state, 'rolled-back');
      assert.deepEqual(node.rules(), before);
    }
  });

  it('says what the objects of a plan lack', async () => {
    using node = new ChangedNode(agent);
    await using connected = await node.connect();
    const { changes } = connected.client;
    await assert.rejects(changes.plan({ kind: 'undo' }, {}), { code: 'nothing-to-undo' });
    await assert.rejects(changes.plan({ kind: 'switch', mode: 'nftables' }, {}), { code: 'no-objects' });
    await assert.rejects(changes.planText('plan-9'), { code: 'unknown-plan' });
    await assert.rejects(changes.plan({ kind: 'apply', objects: '' }, { nodeIps: ['x'] }), { code: 'option-invalid' });
    const { refusals } = await changes.plan({ kind: 'apply', objects: '{"kind": "Service"}' }, options);
    assert.ok(refusals.some(({ code }) => code === 'object-invalid'));
  });
});
