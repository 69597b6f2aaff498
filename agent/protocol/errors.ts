/**
 * Numbers of JSON-RPC errors that the agent answers with, outside the range the specification reserves
 * (JSON-RPC 2.0, 5.1). `data` of the error carries `{ code, args }` with a kebab-case code for wording.
 */
export const errorNumbers = {
  /** The peer speaks another protocol version. */
  versionMismatch: 1,
  /** The snapshot was released or never taken; take a new one. */
  unknownSnapshot: 2,
  /** The element is not in this snapshot. */
  unknownElement: 3,
  /** The params do not have the form that the protocol says. */
  invalidMessage: 4,
  /** Reading the node or the files failed as a whole. */
  collectFailed: 5,
  /** The client cancelled the request. */
  cancelled: 6,
  /** `initialize` has to come first. */
  notInitialized: 7,
  /** The plan was made for an earlier state of the node, or never; make a new one. */
  unknownPlan: 8,
  /** The node was not changed, or what was changed is put back; `data.code` says why. */
  changeFailed: 9,
  /** There cannot be such a packet; `data.code` says why. */
  invalidPacket: 10,
} as const;

/** What the `data` of an error carries. */
export interface ErrorData {
  /** Stable, kebab-case; the key under which a client looks up its own wording. */
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}
