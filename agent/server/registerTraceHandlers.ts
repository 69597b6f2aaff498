import { traceChoices, tracePacket } from '../protocol/traceMessages.ts';
import { InvalidRequest } from '../trace/engine/invalidRequest.ts';
import { tracePacket as follow } from '../trace/tracePacket.ts';
import type { ClientConnection } from './clientConnection.ts';
import { describeTrace } from './describeTrace.ts';
import { handleRequest } from './handleRequest.ts';
import type { RequestContext } from './registerChangeHandlers.ts';
import { requestError } from './requestError.ts';
import type { SnapshotSession } from './snapshotSession.ts';

/** Answers the requests about the way of packets through the nodes of snapshots. */
export function registerTraceHandlers(
  connection: ClientConnection,
  session: SnapshotSession,
  _watch: RequestContext['watch'],
): void {
  handleRequest(connection, tracePacket, async ({ snapshot, mode, objects, request, stepsOf }) => {
    const modes = await session.traces(snapshot).modes(objects);
    return explained(() => ({
      mode: mode ?? modes.model.mode,
      trace: describeTrace(follow(modes.traced(mode), request), { stepsOf, isLive: modes.isLive(mode) }),
    }));
  });
  handleRequest(connection, traceChoices, async ({ snapshot, filter, limit }) =>
    (await session.traces(snapshot).chooser()).choose(filter, limit),
  );
}

/** Lets the client know why there cannot be such a packet. */
function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InvalidRequest) throw requestError('invalidPacket', error.code, error.message, error.args);
    throw error;
  }
}
