import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Everything that the project keeps between runs; may be deleted at any time while no test node runs. */
export function cacheFolder(): string {
  const configured = process.env['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification says that a relative path in there is to be ignored.
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.cache');
  return join(base, 'kube-service-rules');
}

/** Disk images, one folder for each recipe. */
export function imagesFolder(): string {
  return join(cacheFolder(), 'images');
}

/** The state of test nodes: keys, disk layer, logs; one folder for each name. */
export function nodesFolder(): string {
  return join(cacheFolder(), 'nodes');
}
