import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceDestination } from '../../../../agent/protocol/traceMessages.ts';
import type { CheckMigrationResult, TracePacketParams } from '../../../../extension/agentClient/traceClient.ts';
import { silentLogger } from '../../../../extension/common/logger.ts';
import type { TraceAgent } from '../../../../extension/nodes/rulesAgent.ts';
import { FormMemory } from '../../../../extension/packetPath/formMemory.ts';
import { emptyForm } from '../../../../extension/packetPath/packetForm.ts';
import { PacketPathSession } from '../../../../extension/packetPath/packetPathSession.ts';
import { type FromPacketPath, type ToPacketPath, toPacketPath } from '../../../../webview/protocol/packetPath.ts';
import { context } from '../elements.ts';
import { fakeRoot } from '../fakeRoot.ts';
import { classicTrace, outcome, trace } from './traces.ts';

const frontend: TraceDestination = {
  namespace: 'default',
  name: 'app1',
  portName: '',
  kind: 'clusterIP',
  ip: '10.96.0.10',
  port: 80,
  protocol: 'tcp',
  endpoints: ['10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.4:8080'],
};

const found: CheckMigrationResult = {
  from: 'iptables',
  to: 'nftables',
  packets: 8,
  unknown: 0,
  rows: [
    {
      code: 'cluster-ip-ping',
      service: 'default/app1',
      request: { from: { kind: 'node' }, destination: '10.96.0.10', protocol: 'icmp' },
      before: { verdict: 'elsewhere', destinations: [], sources: [] },
      after: { verdict: 'reject icmp-port-unreachable', destinations: [], sources: [] },
    },
  ],
  counts: { 'cluster-ip-ping': 3 },
  assumptions: [],
  markdown: '# From iptables to nftables\n',
};

/** A session with a view that only listens, over an agent of the test's own. */
async function start(traces: Partial<TraceAgent> = {}) {
  const posted: ToPacketPath[] = [];
  const shown: string[] = [];
  const stored = new Map<string, unknown>();
  const asked: TracePacketParams[] = [];
  const { root } = fakeRoot({
    traces: {
      choices: async () => ({
        sources: [{ from: { kind: 'pod', ip: '10.244.0.9' }, device: 'cni0' }, { from: { kind: 'node' } }],
        destinations: [frontend],
        total: 1,
      }),
      packet: async (params) => {
        asked.push(params);
        return { mode: 'iptables', trace: classicTrace };
      },
      ...traces,
    },
  });
  const session = new PacketPathSession({
    ...context,
    log: silentLogger,
    memory: new FormMemory({
      get: (key) => stored.get(key),
      update: async (key, value) => void stored.set(key, value),
    }),
    root: () => root,
    post: (message) => {
      assert.equal(toPacketPath.safeParse(message).success, true, JSON.stringify(message).slice(0, 200));
      posted.push(message);
    },
    openRule: async ({ part, line }) => void shown.push(`${part}:${line}`),
    save: async (name, content) => void shown.push(`${name} ${content.length}`),
    showText: async (text, language) => void shown.push(`${language} ${text}`),
    run: async (command) => void shown.push(command),
  });
  const send = (message: FromPacketPath): void => session.receive(message);
  /** The next message of a kind, once it is there. */
  const next = async <Type extends ToPacketPath['type']>(
    type: Type,
  ): Promise<Extract<ToPacketPath, { type: Type }>> => {
    for (;;) {
      const message = posted.find(
        (candidate): candidate is Extract<ToPacketPath, { type: Type }> => candidate.type === type,
      );
      if (message !== undefined) {
        posted.splice(0, posted.indexOf(message) + 1);
        return message;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const connect = () => root.connect(new AbortController().signal);
  return { session, root, send, next, connect, posted, shown, asked, stored };
}

describe('conversation with the packet path view', () => {
  it('says what to do as long as the node is not connected', async () => {
    const { send, next, shown } = await start();
    send({ type: 'ready' });
    const { text, action } = await next('nothing');
    assert.equal(text, 'node is not connected.');
    assert.equal(action?.command, 'connect');
    send({ type: 'run', command: 'connect' });
    assert.deepEqual(shown, ['connect']);
  });

  it('begins with sensible choices, and follows that packet at once', async () => {
    const { send, next, connect, stored } = await start();
    await connect();
    send({ type: 'ready' });
    const page = await next('page');
    assert.equal(page.mode, 'iptables');
    assert.deepEqual([page.form.from, page.form.address], ['pod', '10.244.0.9']);
    assert.deepEqual([page.form.destination, page.form.port], ['10.96.0.10', '80']);
    const { view, outcome: chosen } = await next('trace');
    assert.equal(chosen, 0);
    assert.deepEqual(
      view.outcomes.map(({ share }) => share),
      ['1/3', '1/3', '1/3'],
    );
    assert.equal((await next('path')).path.visits.length, 6);
    assert.ok(stored.has('packetForms'), 'the form is remembered');
  });

  it('takes what a command fills in before what the page remembers', async () => {
    const { session, send, next, connect } = await start();
    await connect();
    await session.fill({ destination: '10.96.0.10', port: '81' }, '10.0.0.4:8080');
    send({ type: 'ready', form: { ...emptyForm, port: '443' } });
    assert.equal((await next('page')).form.port, '81');
    assert.equal((await next('trace')).outcome, 2, 'the way to the wanted endpoint is shown first');
  });

  it('asks for the steps of a way when it is looked at', async () => {
    const bare = outcome('10.0.0.9:8080', { steps: [] });
    const { send, next, connect, asked } = await start({
      packet: async (params) => {
        asked.push(params);
        const wanted = params.stepsOf?.[0];
        return {
          mode: 'iptables',
          trace: trace(outcome('10.0.0.2:8080'), wanted === 1 ? outcome('10.0.0.9:8080') : bare),
        };
      },
    });
    await connect();
    send({ type: 'ready' });
    await next('path');
    send({ type: 'steps', outcome: 1 });
    const { path } = await next('path');
    assert.equal(path.outcome, 1);
    assert.ok(path.visits.length > 0);
    assert.deepEqual(
      asked.map(({ stepsOf }) => stepsOf),
      [[0], [1]],
    );
  });

  it('keeps to the way that is looked at when the node is read anew', async () => {
    const { session, send, next, connect } = await start();
    await connect();
    send({ type: 'ready' });
    await next('path');
    send({ type: 'steps', outcome: 2 });
    assert.equal((await next('path')).path.outcome, 2);
    await session.update();
    assert.equal((await next('trace')).outcome, 2);
  });

  it('names mistakes in the form instead of asking', async () => {
    const { send, next, connect, asked } = await start();
    await connect();
    send({ type: 'ready' });
    const { form } = await next('page');
    await next('path');
    send({ type: 'trace', form: { ...form, destination: 'nowhere' } });
    assert.deepEqual(
      (await next('formProblems')).problems.map(({ field }) => field),
      ['destination'],
    );
    assert.equal(asked.length, 1);
  });

  it('says why an agent cannot answer', async () => {
    const { send, next, connect } = await start({ packet: () => Promise.reject(new Error('out of order')) });
    await connect();
    send({ type: 'ready' });
    const { concern, text } = await next('failed');
    assert.equal(concern, 'path');
    assert.equal(text, 'out of order');
  });

  it('drops the answer to a question that another one has overtaken', async () => {
    const answers: ((text: string) => void)[] = [];
    const { send, next, connect, posted } = await start({
      whyNot: () =>
        new Promise((resolve) =>
          answers.push((text) => resolve({ reason: { code: 'from-the-future', message: text, args: {} } })),
        ),
    });
    await connect();
    send({ type: 'ready' });
    await next('path');
    send({ type: 'whyNot', expected: 'drop' });
    send({ type: 'whyNot', expected: 'accept' });
    await next('busy');
    answers[1]?.('second');
    assert.equal((await next('whyNot')).answer.sentence, 'second');
    answers[0]?.('first');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(
      posted.some(({ type }) => type === 'whyNot'),
      false,
    );
  });

  it('checks a migration with progress, opens a row in both modes, and exports what was found', async () => {
    const compared: (readonly string[])[] = [];
    const { send, next, connect, shown } = await start({
      migration: async (_params, watch) => {
        watch?.onProgress?.({ part: 'packets', done: 4, total: 8 });
        return found;
      },
      compare: async ({ modes }) => {
        compared.push(modes);
        return { traces: [], differences: [], assumptions: [] };
      },
    });
    await connect();
    send({ type: 'ready' });
    await next('path');
    send({ type: 'migrate', to: 'nftables' });
    assert.equal((await next('migrationProgress')).text, '4 of 8 packets');
    const { migration } = await next('migration');
    assert.equal(migration.groups[0]?.title, 'Ping to cluster IPs');
    assert.equal(migration.groups[0]?.lines[0]?.after, 'rejected (icmp-port-unreachable)');
    assert.equal(migration.groups[0]?.more, 'and 2 more like these');
    send({ type: 'openMigrationRow', row: 0 });
    assert.equal((await next('form')).form.protocol, 'icmp');
    await next('comparison');
    assert.deepEqual(compared, [['iptables', 'nftables']]);
    send({ type: 'exportMigration', format: 'markdown' });
    send({ type: 'exportMigration', format: 'json' });
    assert.equal(shown[0], 'markdown # From iptables to nftables\n');
    assert.match(shown[1] ?? '', /^json \{/);
    assert.doesNotMatch(shown[1] ?? '', /markdown/);
  });

  it('ignores what is no message of the view', async () => {
    const { session, posted } = await start();
    session.receive({ type: 'open', part: 1 });
    session.receive('nonsense');
    assert.deepEqual(posted, []);
  });
});
