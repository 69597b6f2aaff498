/** Thrown when standard output takes no more: the disk is full, the terminal is gone. */
class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
  readonly code = 'output-failed';
  readonly args: Readonly<Record<string, string | number>>;

  constructor(systemCode: string) {
    super(`Standard output could not be written (${systemCode}).`);
    this.args = { systemCode };
  }
}

/** What says that the reader has gone: at once, and when more is written afterwards. */
const readerGone = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

/**
 * Resolves when the bytes are taken. A reader that has gone (`| head`) is no failure.
 *
 * @throws OutputFailed
 */
export async function writeStandardOutput(bytes: Uint8Array | string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    const systemCode = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (!readerGone.has(systemCode)) throw new OutputFailed(systemCode);
  }
}
