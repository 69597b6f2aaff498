/**
 * How many connections of ipvs go on, by the key of the virtual server, then by real server (`10.0.0.2:8080`). Those
 * that are over and that the kernel merely remembers do not count.
 */
export type ConnectionsInUse = ReadonlyMap<string, ReadonlyMap<string, number>>;
