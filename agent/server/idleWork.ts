/** Milliseconds of work between two turns of the event loop, so that messages are answered meanwhile. */
const sliceMs = 10;

/** Runs the steps of `work` while nothing else is to be done, as long as `wanted` says so. */
export function workWhenIdle(work: Iterator<void>, wanted: () => boolean): void {
  const slice = (): void => {
    if (!wanted()) return;
    const until = performance.now() + sliceMs;
    while (performance.now() < until) if (work.next().done) return;
    setImmediate(slice);
  };
  setImmediate(slice);
}
