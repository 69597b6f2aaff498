/** Seconds before a first retry, and at most. */
const firstSeconds = 1;
const longestSeconds = 30;

/**
 * How long to wait before the retry `attempt` (from 1): 1, 2, 4 ... 30 seconds, shortened by up to a quarter so that
 * many clients of a node that comes back do not all arrive at once.
 *
 * @param random a number from 0 up to 1
 */
export function retryDelaySeconds(attempt: number, random: number): number {
  const full = Math.min(longestSeconds, firstSeconds * 2 ** (attempt - 1));
  return full * (1 - random / 4);
}
