/** What came out of the tests of one kind. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The failed tests: file and name. */
  readonly failures: readonly string[];
}

/** Counts of a kind that could not be run at all. */
export function notRun(reason: string): Counts {
  return { passed: 0, failed: 1, skipped: 0, failures: [reason] };
}

/** The sum of several counts. */
export function total(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
    failures: all.flatMap(({ failures }) => failures),
  };
}
