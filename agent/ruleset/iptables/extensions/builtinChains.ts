/** The chains that the kernel itself has in each table, with a policy each. */
export const builtinChains: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['filter', new Set(['INPUT', 'FORWARD', 'OUTPUT'])],
  ['nat', new Set(['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'])],
  ['mangle', new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])],
  ['raw', new Set(['PREROUTING', 'OUTPUT'])],
  ['security', new Set(['INPUT', 'FORWARD', 'OUTPUT'])],
]);
