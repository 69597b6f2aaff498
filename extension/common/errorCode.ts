/** Whether `error` is a system error with one of these codes (`ENOENT`, `ECONNREFUSED`, ...). */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
