import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyShownPlan, planChange } from '../../../../extension/change/planChange.ts';
import { rollBack } from '../../../../extension/change/rollBack.ts';
import { TransportError } from '../../../../extension/common/transportError.ts';
import { setUp } from './setUp.ts';

const toIpvs = { kind: 'switch', mode: 'ipvs' } as const;
const fact = (code: string) => ({ code, message: `It is ${code}.`, args: {} });

describe('a change of a node', () => {
  it('is planned, shown, applied, and confirmed over a connection that was made after it', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, dialogs, plans, context } = test;
    await planChange(root, toIpvs, context);
    assert.deepEqual(node.planned, [toIpvs]);
    assert.equal(plans.shown[0]?.diff, '+ -A KUBE-SERVICES\n');
    assert.equal(node.mode, 'ipvs');
    assert.equal(node.latest?.state, 'confirmed');
    assert.deepEqual(node.confirmedOver, [2]);
    assert.equal(root.changes?.state.latest?.state, 'confirmed');
    assert.deepEqual(dialogs.last('information'), {
      kind: 'information',
      text: 'node was switched from iptables to ipvs.',
      offered: ['Undo', 'Show Plan'],
    });
    assert.ok(!plans.isOpen(plans.shown[0] ?? assert.fail()), 'a plan is applied once');
  });

  it('is only planned when the user does not say Apply', async () => {
    using test = await setUp({});
    await planChange(test.root, toIpvs, test.context);
    assert.equal(test.plans.shown.length, 1);
    assert.deepEqual(test.node.applied, []);
  });

  it('is undone from the message about its outcome', async () => {
    using test = await setUp({ answers: ['Apply', 'Undo', 'Apply'] });
    const { node, root, dialogs, context } = test;
    await planChange(root, toIpvs, context);
    assert.deepEqual(node.planned, [toIpvs, { kind: 'undo' }]);
    assert.equal(node.mode, 'iptables');
    assert.equal(dialogs.last('information')?.text, 'node: the last change is undone (iptables).');
  });

  it('is not begun where there is nothing to change', async () => {
    using test = await setUp({});
    const { node, root, dialogs, plans, context } = test;
    const optional = { id: 'x', met: false, settable: true, required: false, fact: fact('x') };
    node.plan = { added: 0, removed: 0, notes: [fact('an-object-left-out')], prerequisites: [optional] };
    await planChange(root, toIpvs, context);
    assert.deepEqual(plans.shown, []);
    assert.equal(
      dialogs.last('information')?.text,
      'node: the rules are as wanted already, so there is nothing to change. It is an-object-left-out.',
    );
  });

  it('is refused with its reason, though the plan can be read', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, dialogs, plans, context } = test;
    node.plan = { refusals: [fact('kube-proxy-running'), fact('too-bad')] };
    await planChange(root, toIpvs, context);
    assert.equal(plans.shown.length, 1);
    assert.equal(dialogs.last('error')?.text, 'node: the plan cannot be applied. It is too-bad.');
    assert.deepEqual(node.applied, []);
  });

  it('takes over from a kube-proxy only when the user says so', async () => {
    for (const answers of [['Apply'], ['Apply', 'Take Over']]) {
      using test = await setUp({ answers });
      const { node, root, context } = test;
      node.plan = { refusals: [fact('kube-proxy-running')] };
      await planChange(root, toIpvs, context);
      assert.equal(test.dialogs.last('modal')?.text.split('\n')[0], 'A kube-proxy runs on node. Take over from it?');
      assert.equal(node.applied.length, answers.length - 1);
    }
  });

  it('sets on the node what the user agrees to', async () => {
    using test = await setUp({ answers: ['Apply', 'It is module-x.'], settings: { 'apply.confirmWithin': 20 } });
    const { node, root, context } = test;
    const unmet = { met: false, settable: true };
    node.plan = {
      prerequisites: [
        { id: 'module:x', ...unmet, fact: fact('module-x') },
        { id: 'module:y', ...unmet, fact: fact('module-y') },
        { id: 'module:z', met: true, settable: false, fact: fact('module-z') },
      ],
    };
    await planChange(root, toIpvs, context);
    assert.deepEqual(test.dialogs.last('list')?.offered, ['OK', 'It is module-x.', 'It is module-y.']);
    assert.deepEqual(node.applied, [{ plan: 'plan-1-1', confirmWithin: 20, consent: ['module:x'], takeOver: false }]);
  });

  it('is not applied when the list of what is missing is closed', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, context } = test;
    node.plan = { prerequisites: [{ id: 'module:x', met: false, settable: true, fact: fact('module-x') }] };
    await planChange(root, toIpvs, context);
    assert.deepEqual(node.applied, []);
  });

  it('asks to mark the node first, and changes nothing without the mark', async () => {
    for (const answers of [[], ['Mark as Test Node', 'Apply']]) {
      using test = await setUp({ answers });
      const { node, root, dialogs, context } = test;
      node.marked = false;
      await planChange(root, toIpvs, context);
      assert.match(dialogs.last('modal')?.text ?? '', /^Mark node as a test node\?.*\/mark on the node says so/s);
      assert.equal(node.marked, answers.length > 0);
      assert.equal(node.applied.length, answers.length > 0 ? 1 : 0);
    }
  });

  it('is not planned for a node that its agent may not write', async () => {
    using test = await setUp({});
    test.node.writable = false;
    await planChange(test.root, toIpvs, test.context);
    assert.equal(test.dialogs.last('warning')?.text, 'The agent may not change node: it does not run as root there.');
    assert.deepEqual(test.node.planned, []);
  });

  it('is put back when it is cancelled', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, dialogs, context } = test;
    node.applying = (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve());
        dialogs.cancel();
      });
    await planChange(root, toIpvs, context);
    assert.equal(dialogs.last('information')?.text, 'node: applying was cancelled, and what was done is put back.');
    assert.deepEqual(node.confirmedOver, []);
  });

  it('is planned anew where the agent does not hold the plan any more', async () => {
    using test = await setUp({ answers: ['Apply', 'Plan Again'] });
    const { node, root, dialogs, plans, context } = test;
    await planChange(root, toIpvs, context);
    const [plan] = plans.shown;
    assert.ok(plan);
    await applyShownPlan(plan, context);
    assert.equal(dialogs.last('warning')?.text, 'This plan for node is of no use any more.');
    assert.equal(node.planned.length, 2);
  });
});

describe('a change during which the connection is lost', () => {
  const outcomes = [
    ['nothing was begun', undefined, /^node: nothing was changed before the connection was lost\.$/],
    ['it is rolled back', 'rolled-back', /^node rolled back by itself/],
    ['it could not be rolled back', 'roll-back-failed', /its rules are not those from before\.$/],
  ] as const;
  for (const [name, state, told] of outcomes) {
    it(`is told of when the connection stands again: ${name}`, async () => {
      using test = await setUp({ answers: ['Apply'] });
      const { node, root, dialogs, context } = test;
      node.applying = () => {
        if (state !== undefined) {
          const common = { kind: 'switch', from: 'iptables', to: 'ipvs', appliedAt: '2026-11-21T12:00:00Z' } as const;
          node.latest = { change: 'x', ...common, state };
        }
        node.loseConnections();
        return new Promise(() => {});
      };
      await planChange(root, toIpvs, context);
      assert.match(dialogs.last('error')?.text ?? '', /^The connection to node was lost while its rules were changed/);
      while (!dialogs.said.some(({ text }) => told.test(text))) await new Promise(setImmediate);
      assert.equal(node.connections, 2);
    });
  }
});

describe('a change that is applied', () => {
  it('is left to roll back by itself when no new connection can be made', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, dialogs, context } = test;
    node.applying = async () => {
      node.unreachable = new TransportError('hostUnreachable', { step: 'connect', args: { host: 'node', port: 22 } });
    };
    await planChange(root, toIpvs, context);
    assert.match(dialogs.last('error')?.text ?? '', /check over a new connection failed.*rolls back by itself at \d/);
    assert.deepEqual(dialogs.last('error')?.offered, ['Check Again', 'Roll Back Now']);
    assert.equal(node.latest?.state, 'pending');
    assert.deepEqual(node.confirmedOver, []);
  });

  it('is kept only when the user says so, where the settings want that', async () => {
    for (const [answer, state] of [
      ['Keep', 'confirmed'],
      ['Roll Back Now', 'rolled-back'],
      ['', 'pending'],
    ] as const) {
      using test = await setUp({ answers: ['Apply', answer], settings: { 'apply.confirm': 'ask' } });
      const { node, root, dialogs, context } = test;
      await planChange(root, toIpvs, context);
      await untilIdle();
      assert.match(dialogs.last('warning')?.text ?? '', /^node answers over a new connection, and reads as ipvs\./);
      assert.equal(node.latest?.state, state);
    }
  });

  it('is not kept without asking where the node reads otherwise than it should', async () => {
    using test = await setUp({ answers: ['Apply'] });
    const { node, root, dialogs, context } = test;
    node.resists = true;
    await planChange(root, toIpvs, context);
    assert.match(dialogs.last('warning')?.text ?? '', /^node answers, but reads as iptables instead of ipvs\./);
    assert.deepEqual(node.confirmedOver, []);
  });

  it('lets go of the question when time is up', async () => {
    using test = await setUp({ answers: ['Apply'], settings: { 'apply.confirm': 'ask' } });
    const { node, root, dialogs, context } = test;
    dialogs.unanswered = 'open';
    const changing = planChange(root, toIpvs, context);
    while (dialogs.last('warning') === undefined) await new Promise(setImmediate);
    node.timeIsUp();
    await root.refreshChanges();
    await changing;
    assert.equal(root.changes?.state.latest?.state, 'rolled-back');
  });

  it('is decided on before another one is planned', async () => {
    using test = await setUp({ answers: ['Apply'], settings: { 'apply.confirm': 'ask' } });
    const { node, root, dialogs, context } = test;
    await planChange(root, toIpvs, context);
    dialogs.answer('Keep', 'Apply');
    await planChange(root, { kind: 'switch', mode: 'nftables' }, context);
    assert.match(dialogs.said.findLast(({ offered }) => offered.includes('Apply'))?.text ?? '', /^The plan for node/);
    assert.deepEqual(node.confirmedOver, [3]);
    assert.equal(node.mode, 'nftables');
  });

  it('says how much differs when rolling back does not restore all', async () => {
    using test = await setUp({ answers: ['Apply'], settings: { 'apply.confirm': 'ask' } });
    const { node, root, dialogs, context } = test;
    await planChange(root, toIpvs, context);
    node.differences = 3;
    await rollBack(root, node.latest?.change ?? '', context);
    assert.match(dialogs.last('error')?.text ?? '', /but 3 rules, entries or servers differ/);
  });
});

/** Lets everything that was begun go on until it waits for something else. */
async function untilIdle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}
