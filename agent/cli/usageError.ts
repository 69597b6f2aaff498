/** Thrown for a command line that asks for nothing that there is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError when the value of an option is none of the words. */
export function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw new UsageError(`--${option} is one of ${allowed.join(', ')}, not "${value}".`);
  return found;
}
