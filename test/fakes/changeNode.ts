import { PassThrough } from 'node:stream';
import {
  applyPlan,
  type ChangeState,
  confirmChange,
  findLeftovers,
  getChangeState,
  makePlan,
  markTestNode,
  type NodeChange,
  type PlanSummary,
  type PlanTarget,
  readPlan,
  rollBackChange,
} from '../../agent/protocol/changeMessages.ts';
import { initialize, type SnapshotSummary, takeSnapshot } from '../../agent/protocol/messages.ts';
import { protocolVersion } from '../../agent/protocol/version.ts';
import { ClientConnection } from '../../agent/server/clientConnection.ts';
import { handleRequest } from '../../agent/server/handleRequest.ts';
import { requestError } from '../../agent/server/requestError.ts';
import { silentLogger } from '../../extension/common/logger.ts';
import { TransportError } from '../../extension/common/transportError.ts';
import { openClientLink } from '../../extension/nodes/clientLink.ts';
import { ReconnectingLink } from '../../extension/nodes/reconnectingLink.ts';
import { Root } from '../../extension/nodes/root.ts';
import { fakeContext } from './connectContext.ts';

type Mode = SnapshotSummary['mode'];

/** A node that keeps no rules, only what the messages about changes say of it. Each connection has an agent of its own. */
export class FakeChangeNode {
  mode: Mode = 'iptables';
  marked = true;
  writable = true;
  undoable = false;
  draining = 0;
  hasObjects = false;
  latest: NodeChange | undefined;
  /** What the next plans say beside the modes. */
  plan: Partial<PlanSummary> = {};
  leftovers: { part: string; family: 'ipv4' | 'ipv6'; place: string; count: number }[] = [];
  /** Rules that differ after rolling back. */
  differences = 0;
  /** Whether something on the node brings the old rules back after each change. */
  resists = false;
  /** Runs while a change is applied. */
  applying: (signal: AbortSignal) => Promise<void> = async () => {};
  /** Why no further connection can be made; undefined where one can. */
  unreachable: TransportError | undefined;
  /** The targets that were planned, and the params of what was applied, in order. */
  readonly planned: PlanTarget[] = [];
  readonly applied: unknown[] = [];
  /** Over which connection, counted from 1, changes were confirmed. */
  readonly confirmedOver: number[] = [];
  connections = 0;
  #ids = 0;
  readonly #losing: (() => void)[] = [];

  /** A root over this node; it is not connected yet. */
  root(): Root {
    const link = new ReconnectingLink({
      open: ({ signal }) => this.#open(signal),
      use: { read: (client, watch) => client.takeSnapshot(watch), mayChange: true },
      prompts: fakeContext().prompts,
      log: silentLogger,
    });
    const readObjects = async () => undefined;
    return new Root({ id: 'n', kind: 'node', label: 'node', source: 'node', link, readObjects, log: silentLogger });
  }

  /** Ends all connections, as when the network fails. */
  loseConnections(): void {
    for (const lose of this.#losing.splice(0)) lose();
  }

  /** Time is up: the node takes back what nobody confirmed. */
  timeIsUp(): void {
    if (this.latest?.state !== 'pending') return;
    this.mode = this.latest.from;
    this.latest = ended(this.latest, 'rolled-back');
  }

  get state(): ChangeState {
    const { marked, writable, undoable, draining, hasObjects, latest } = this;
    const common = { marked, writable, undoable, draining, hasObjects };
    return { ...common, markFile: '/mark', kubeProxyRunning: false, ...(latest && { latest }) };
  }

  async #open(signal: AbortSignal) {
    if (this.unreachable !== undefined) throw this.unreachable;
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    this.#serve(stdin, stdout, ++this.connections);
    let lose: (error: TransportError) => void = () => {};
    const lost = new Promise<TransportError>((resolve) => {
      lose = resolve;
    });
    const kill = (): void => {
      stdout.end();
      lose(new TransportError('agentExited', { step: 'session', args: { code: 0 } }));
    };
    this.#losing.push(kill);
    return openClientLink({ agent: { stdin, stdout, kill }, lost, dispose: kill }, 'test', signal);
  }

  #serve(input: PassThrough, output: PassThrough, number: number): void {
    const connection = new ClientConnection(input, output);
    const plans = new Map<string, { readonly target: PlanTarget; readonly to: Mode }>();
    handleRequest(connection, initialize, () => ({
      protocolVersion,
      agentVersion: '1',
      pid: number,
      nodeName: 'node',
      capabilities: ['read' as const, 'apply' as const],
    }));
    handleRequest(connection, takeSnapshot, () => summary(this.mode));
    handleRequest(connection, getChangeState, () => this.state);
    handleRequest(connection, markTestNode, ({ marked }) => {
      this.marked = marked;
      return this.state;
    });
    handleRequest(connection, makePlan, ({ target }) => {
      this.planned.push(target);
      const plan = `plan-${number}-${++this.#ids}`;
      const to = this.#targetMode(target);
      plans.set(plan, { target, to });
      const counts = { added: 2, removed: 1, services: [{ service: 'default/web', added: 2, removed: 1 }] };
      const facts = { servicesLeftOut: 0, refusals: [], notes: [], prerequisites: [] };
      return { plan, from: this.mode, to, ...counts, ...facts, ...this.plan };
    });
    handleRequest(connection, readPlan, () => ({ text: '+ -A KUBE-SERVICES\n', linesLeftOut: 0 }));
    handleRequest(connection, findLeftovers, () => ({ mode: this.mode, leftovers: this.leftovers }));
    handleRequest(connection, applyPlan, async ({ progressToken, ...params }, signal) => {
      const plan = plans.get(params.plan);
      if (plan === undefined) throw requestError('unknownElement', 'unknown-plan', 'There is no such plan.');
      if (progressToken !== undefined) {
        connection.sendProgress(progressToken, { part: 'nat', done: 1, total: 2 });
      }
      this.applied.push(params);
      await this.applying(signal);
      if (signal.aborted) throw requestError('cancelled', 'cancelled', 'Cancelled.');
      const change = this.#pending(plan.target.kind, plan.to, params.confirmWithin);
      this.latest = change;
      if (!this.resists) this.mode = plan.to;
      return { change, steps: 3, durationMs: 5 };
    });
    handleRequest(connection, confirmChange, () => {
      this.confirmedOver.push(number);
      if (this.latest !== undefined) this.latest = ended(this.latest, 'confirmed');
      this.undoable = true;
      return this.state;
    });
    handleRequest(connection, rollBackChange, () => {
      this.timeIsUp();
      const change = this.latest;
      if (change === undefined) throw requestError('unknownElement', 'unknown-change', 'There is no such change.');
      return { change, differences: this.differences };
    });
    connection.onRequest('snapshot/release', () => ({}));
    connection.listen(() => {});
  }

  #targetMode(target: PlanTarget): Mode {
    if (target.kind === 'clean-up') return this.mode;
    if (target.kind === 'undo') return this.latest?.from ?? this.mode;
    return target.mode ?? this.mode;
  }

  #pending(kind: NodeChange['kind'], to: Mode, secondsLeft: number): NodeChange {
    const common = { kind, from: this.mode, to, appliedAt: '2026-11-21T12:00:00Z', state: 'pending' } as const;
    return { change: `change-${++this.#ids}`, ...common, deadline: '2026-11-21T12:01:00Z', secondsLeft };
  }
}

function ended({ deadline: _, secondsLeft: __, ...change }: NodeChange, state: NodeChange['state']): NodeChange {
  return { ...change, state };
}

function summary(mode: Mode): SnapshotSummary {
  return {
    snapshot: '1',
    takenAt: '2026-11-21T12:00:00Z',
    nodeName: 'node',
    origin: 'live',
    mode,
    backends: { iptables: [], nftables: false, ipvs: false },
    services: 1,
    problems: { error: 0, warning: 0, information: 0 },
    timing: { collectMs: 0, interpretMs: 0 },
  };
}
