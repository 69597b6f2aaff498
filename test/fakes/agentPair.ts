import { PassThrough } from 'node:stream';
import type { NodeModel } from '../../agent/model/nodeModel.ts';
import { type ServeEnd, type ServerDependencies, serve } from '../../agent/server/serve.ts';
import { fakeChangeEnvironment } from './fakeChanges.ts';
import { HandMovedTicker } from './handMovedTicker.ts';
import { modelWith, partWith, snapshotOf } from './models.ts';

/** A server in this process, with the ends of its streams that a client has. */
export interface ServerInProcess {
  /** What the client writes to. */
  readonly writable: PassThrough;
  /** What the client reads from. */
  readonly readable: PassThrough;
  readonly ticker: HandMovedTicker;
  readonly ended: Promise<ServeEnd>;
}

/** Starts a server whose node is made up; `given` replaces what it reads. */
export function startServer(
  given: Partial<ServerDependencies> = {},
  model: NodeModel = modelWith({}),
): ServerInProcess {
  const writable = new PassThrough();
  const readable = new PassThrough();
  const ticker = new HandMovedTicker();
  const snapshot = snapshotOf(partWith('iptables-save', 'iptables-save', '*nat\nCOMMIT\n'));
  const ended = serve(writable, readable, {
    agentVersion: '1.2.3',
    nodeName: 'node-a',
    pid: 42,
    ticker,
    changes: { environment: fakeChangeEnvironment(), markFile: '/nonexistent' },
    collect: async () => snapshot,
    load: async () => snapshot,
    interpret: () => model,
    ...given,
  });
  return { writable, readable, ticker, ended };
}
