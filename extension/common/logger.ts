/**
 * Where diagnosis goes; `vscode.LogOutputChannel` satisfies it. Callers never pass secrets: no password, passphrase,
 * private key or what a user typed at a hidden prompt.
 */
export interface Logger {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that drops everything. */
export const silentLogger: Logger = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};
