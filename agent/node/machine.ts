import type { CommandRunner } from './command.ts';

/** What came of reading a file. */
export type FileResult =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied' }
  /** `code` is the system's, such as `EIO`. */
  | { readonly kind: 'failed'; readonly code: string };

/** Everything that collecting needs from the machine whose rules are read. Nothing here changes it. */
export interface Machine extends CommandRunner {
  hostName(): string;
  /** The kernel's release, as `uname -r` prints it. */
  kernelRelease(): string;
  /** Reads a whole file; never rejects. */
  readFile(path: string): Promise<FileResult>;
  /** The names in a folder; empty when it cannot be read. */
  listFolder(path: string): Promise<readonly string[]>;
  /** Where a symbolic link leads; undefined when it cannot be read. */
  readLink(path: string): Promise<string | undefined>;
  /** `GET http://127.0.0.1:PORT/PATH`; undefined when nothing answers with status 200 within a second. */
  getFromLoopback(port: number, path: string, signal?: AbortSignal): Promise<string | undefined>;
}
