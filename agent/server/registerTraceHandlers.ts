import { compareTraces as compare } from '../compare/compareTraces.ts';
import { checkMigration as check, NoServiceMode } from '../compare/migration/checkMigration.ts';
import { migrationMarkdown } from '../compare/migration/markdown.ts';
import { modeCosts as costsOf } from '../compare/modeCosts.ts';
import {
  checkMigration,
  compareTraces,
  modeCosts,
  traceChoices,
  traceMisses,
  tracePacket,
  traceWhyNot,
} from '../protocol/traceMessages.ts';
import { InvalidRequest } from '../trace/engine/invalidRequest.ts';
import { misses } from '../trace/misses.ts';
import { tracePacket as follow } from '../trace/tracePacket.ts';
import { whyNot } from '../trace/whyNot.ts';
import type { ClientConnection } from './clientConnection.ts';
import { describeFact, describeTrace } from './describeTrace.ts';
import { handleRequest } from './handleRequest.ts';
import type { RequestContext } from './registerChangeHandlers.ts';
import { cancelledError, requestError } from './requestError.ts';
import type { SnapshotSession } from './snapshotSession.ts';

/** Answers the requests about the way of packets through the nodes of snapshots. */
export function registerTraceHandlers(
  connection: ClientConnection,
  session: SnapshotSession,
  watch: RequestContext['watch'],
): void {
  const modesOf = (snapshot: string, objects: string | undefined) => session.traces(snapshot).modes(objects);

  handleRequest(connection, tracePacket, async ({ snapshot, mode, objects, request, stepsOf }) => {
    const modes = await modesOf(snapshot, objects);
    const traced = await modes.prepare(mode);
    return explained(() => ({
      mode: mode ?? modes.model.mode,
      trace: describeTrace(follow(traced, request), { stepsOf, isLive: modes.isLive(mode) }),
    }));
  });
  handleRequest(connection, traceMisses, async ({ snapshot, mode, objects, request, ...question }) => {
    const modes = await modesOf(snapshot, objects);
    return explained(() => {
      const found = misses(modes.traced(mode), request, question);
      return { total: found.total, misses: found.misses.map((missed) => withPlace(missed, modes.isLive(mode))) };
    });
  });
  handleRequest(connection, traceWhyNot, async ({ snapshot, mode, objects, request, expected }) => {
    const modes = await modesOf(snapshot, objects);
    return explained(() => {
      const { outcome, parted, reason } = whyNot(modes.traced(mode), request, expected);
      return {
        ...(outcome !== undefined && { outcome }),
        ...(parted !== undefined && { parted: withPlace(parted, modes.isLive(mode)) }),
        ...(reason !== undefined && { reason: describeFact(reason) }),
      };
    });
  });
  handleRequest(connection, traceChoices, async ({ snapshot, filter, limit }) =>
    (await session.traces(snapshot).chooser()).choose(filter, limit),
  );
  handleRequest(connection, compareTraces, async ({ snapshot, objects, request, modes: wanted, stepsOf }) => {
    const modes = await modesOf(snapshot, objects);
    for (const mode of wanted) await modes.prepare(mode);
    return explained(() => {
      const { traces, differences } = compare(modes, request, wanted);
      return {
        traces: traces.map(({ mode, isLive, trace }) => ({
          mode,
          isLive,
          trace: describeTrace(trace, { stepsOf, isLive }),
        })),
        differences: differences.map(({ code, values }) => ({ code, values: [...values] })),
        assumptions: modes.services.assumptions.map(describeFact),
      };
    });
  });
  handleRequest(connection, modeCosts, async ({ snapshot, objects }) => {
    const { modes, ...counts } = await costsOf(await modesOf(snapshot, objects));
    return { ...counts, modes: [...modes] };
  });
  handleRequest(connection, checkMigration, async ({ snapshot, objects, to, progressToken }, signal) => {
    const modes = await modesOf(snapshot, objects);
    const watching = watch(signal, progressToken);
    try {
      const report = await check(modes, to, watching);
      const { rows, counts, assumptions, ...rest } = report;
      return {
        ...rest,
        rows: [...rows],
        counts: { ...counts },
        assumptions: assumptions.map(describeFact),
        markdown: migrationMarkdown(report, modes.parsed.snapshot.nodeName),
      };
    } catch (error) {
      if (watching.signal.aborted) throw cancelledError();
      if (error instanceof NoServiceMode) throw requestError('invalidPacket', error.code, error.message);
      throw error;
    }
  });
}

/** Places of compiled rules are in texts that no client has. */
function withPlace<Place extends { readonly location?: unknown }>(
  { location, ...rest }: Place,
  isLive: boolean,
): Omit<Place, 'location'> & Pick<Place, 'location'> {
  return isLive && location !== undefined ? { ...rest, location } : rest;
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
