/**
 * Version of the protocol between a client and the agent. Raised when a message changes so that an older peer would
 * misread it; both sides refuse a peer with another version, because the agent travels with its client.
 */
export const protocolVersion = 1;

/** The agent leaves when it has heard nothing from its client for this long, in milliseconds. */
export const heartbeatTimeoutMs = 10_000;

/** How often a client says that it is there, in milliseconds; well under {@link heartbeatTimeoutMs}. */
export const heartbeatIntervalMs = 3_000;
