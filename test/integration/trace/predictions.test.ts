import { describe } from 'node:test';
import { itIsAsPredicted } from '../../support/trace/itIsAsPredicted.ts';
import { localHost } from '../../support/trace/tracedHost.ts';

/** Of each kind of scenario some: a longer run is `npm run trace:check`. */
const seeds = Array.from({ length: 15 }, (_, index) => index + 1);

for (const mode of ['iptables', 'legacy', 'nftables'] as const) {
  describe(`packets through ${mode}`, () => itIsAsPredicted(() => localHost, mode, seeds));
}
