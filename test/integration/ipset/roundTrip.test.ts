import { test } from 'node:test';
import { checkIpsetRoundTrip, type Run } from '../../support/ipsetRoundTrip.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';

for (const seed of [20261121, 7, 42]) {
  test(`sets of every type survive saving, parsing, formatting and restoring (seed ${seed})`, async (context) => {
    using namespaces = new DisposableStack();
    const makeNode = async (): Promise<Run> => {
      const namespace = namespaces.use(new NetworkNamespace('ipset'));
      return async ([command = '', ...argv], stdin) => namespace.output(command, argv, stdin);
    };
    for (const type of await checkIpsetRoundTrip(makeNode, seed)) {
      context.diagnostic(`this kernel has no ${type}; not tried here`);
    }
  });
}
