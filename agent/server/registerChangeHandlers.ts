import type { CollectOptions } from '../node/collectSnapshot.ts';
import {
  applyPlan,
  confirmChange,
  findLeftovers,
  getChangeState,
  makePlan,
  markTestNode,
  readPlan,
  rollBackChange,
} from '../protocol/changeMessages.ts';
import type { ChangeSession } from './changeSession.ts';
import type { ClientConnection } from './clientConnection.ts';
import { handleRequest } from './handleRequest.ts';

/** What the requests of a client have in common. */
export interface RequestContext {
  /** @throws RequestError when the client has not said `initialize` */
  checkInitialized(): void;
  /** What a long request is watched by. */
  watch(signal: AbortSignal, token: string | undefined): CollectOptions & { readonly signal: AbortSignal };
}

/** Answers the requests that change the node. */
export function registerChangeHandlers(
  connection: ClientConnection,
  session: ChangeSession,
  { checkInitialized, watch }: RequestContext,
): void {
  handleRequest(connection, getChangeState, () => {
    checkInitialized();
    return session.state();
  });
  handleRequest(connection, markTestNode, ({ marked }) => {
    checkInitialized();
    return session.mark(marked);
  });
  handleRequest(connection, makePlan, ({ progressToken, ...params }, signal) => {
    checkInitialized();
    return session.plan(params, watch(signal, progressToken));
  });
  handleRequest(connection, readPlan, ({ plan, service }) => session.planText(plan, service));
  handleRequest(connection, applyPlan, ({ progressToken, ...params }, signal) => {
    checkInitialized();
    return session.apply(params, watch(signal, progressToken));
  });
  handleRequest(connection, confirmChange, ({ change }) => {
    checkInitialized();
    return session.confirm(change);
  });
  handleRequest(connection, rollBackChange, ({ change, progressToken }, signal) => {
    checkInitialized();
    return session.rollBack(change, watch(signal, progressToken));
  });
  handleRequest(connection, findLeftovers, ({ progressToken }, signal) => {
    checkInitialized();
    return session.leftovers(watch(signal, progressToken));
  });
}
