import process from 'node:process';

/** Tells the user what is being done, a step at a time. */
export interface Progress {
  /** Runs one step: says what it does and why, and how long it took or that it failed. */
  step<T>(title: string, work: (detail: (line: string) => void) => Promise<T>): Promise<T>;
  /** One line of information. */
  info(line: string): void;
}

const longestDetail = 100;

/**
 * Progress as lines of text. On a terminal the latest detail of a step stands in a line that is written over;
 * elsewhere details are left out, because a log of them helps nobody.
 */
export function createProgress(output: NodeJS.WriteStream = process.stdout): Progress {
  const show = output.isTTY
    ? (line: string) =>
        output.write(`\r\u001b[2K  ${line.trim().slice(0, Math.min(longestDetail, output.columns - 3))}`)
    : () => {};
  const clear = output.isTTY ? () => output.write('\r\u001b[2K') : () => {};
  return {
    async step(title, work) {
      output.write(`${title}...\n`);
      const start = performance.now();
      try {
        const result = await work(show);
        clear();
        output.write(`  done in ${formatSeconds(performance.now() - start)}\n`);
        return result;
      } catch (error) {
        clear();
        output.write(`  failed after ${formatSeconds(performance.now() - start)}\n`);
        throw error;
      }
    },
    info(line) {
      output.write(`${line}\n`);
    },
  };
}

/** A duration in milliseconds as seconds with one decimal, for example `3.4 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
