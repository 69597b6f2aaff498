import { installCodeServer } from '../start/codeServer.ts';
import type { Progress } from '../start/progress.ts';
import { packageExtension } from '../start/vsix.ts';
import { prepareImage } from '../vm/image.ts';
import { type Counts, notRun } from './counts.ts';
import type { Kind, Preparation } from './kinds.ts';

/** What each preparation says while it is awaited, and how it is done. */
const preparations: Readonly<Record<Preparation, { readonly title: string; make(): Promise<unknown> }>> = {
  testNodeImage: { title: 'The disk image of the test node', make: () => prepareImage(() => {}) },
  extension: { title: 'The extension with its bundles', make: () => packageExtension(['x64'], () => {}) },
  codeServer: { title: 'VS Code for the browser', make: () => installCodeServer(() => {}) },
};

/** Preparations under way. */
export interface RunningPreparations {
  /**
   * Waits for what a kind needs.
   * @returns undefined, or why the kind cannot be run
   */
  finish(kind: Kind, progress: Progress): Promise<Counts | undefined>;
}

/**
 * Starts what the given kinds need, so that it is made while kinds that do not need it run; one after the other, to
 * leave a processor to the tests. What is in the cache already is ready at once.
 */
export function startPreparations(kinds: readonly Kind[]): RunningPreparations {
  const running = new Map<Preparation, Promise<unknown>>();
  let previous: Promise<unknown> = Promise.resolve();
  for (const name of new Set(kinds.flatMap((kind) => kind.preparations))) {
    const made = previous.then(() => preparations[name].make());
    running.set(name, made);
    // A failure is told by "finish", and does not keep the next preparation from being made.
    previous = made.catch(() => undefined);
  }
  return {
    async finish(kind, progress) {
      for (const name of kind.preparations) {
        try {
          await progress.step(`${preparations[name].title} is being made ready`, async () => running.get(name));
        } catch (error) {
          return notRun(`${kind.name}: ${preparations[name].title} is missing: ${String(error)}`);
        }
      }
      return undefined;
    },
  };
}
