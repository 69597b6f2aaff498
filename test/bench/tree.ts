/**
 * Measures the tree of a node with 10,000 Services of ten endpoints: how long after the snapshot the first page stands,
 * and how long expanding, filtering, revealing and opening take. Fails when a limit is passed.
 */
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import { Outline } from '../../agent/outline/outline.ts';
import { partWith, snapshotOf } from '../fakes/models.ts';
import { largeIptablesSave, largeNode } from './largeDump.ts';

/** What a client asks for at once. */
const pageSize = 200;

const text = largeIptablesSave(largeNode);
const snapshot = snapshotOf(partWith('iptables-save', 'iptables-save', text, { family: 'ipv4', backend: 'nf_tables' }));

function measure<T>(what: string, limitMs: number, work: () => T): T {
  const started = performance.now();
  const result = work();
  const took = performance.now() - started;
  const passed = took > limitMs;
  console.log(`${what.padEnd(60)} ${took.toFixed(1).padStart(8)} ms  (limit ${limitMs})${passed ? '  TOO SLOW' : ''}`);
  if (passed) process.exitCode = 1;
  return result;
}

const model = measure('parse and model', Number.POSITIVE_INFINITY, () => interpretSnapshot(snapshot, { mode: 'auto' }));

const outline = measure('first pages: headings, namespaces, Services', 1_000, () => {
  const tree = new Outline(snapshot, model);
  tree.children({ offset: 0, limit: pageSize });
  tree.children({ parent: 'services', offset: 0, limit: pageSize });
  tree.children({ parent: 'services/bench', offset: 0, limit: pageSize });
  return tree;
});

/** Expands an element, and returns the id of one of its children. */
function expand(what: string, parent: string, offset = 0, filter?: string): string {
  const page = measure(what, filter === undefined ? 50 : 100, () =>
    outline.children({ parent, offset, limit: pageSize, filter }),
  );
  const child = page?.elements[Math.floor((page.elements.length ?? 0) / 2)];
  if (child === undefined) throw new Error(`${parent} has no children`);
  return child.id;
}

/** An element's child whose id ends so. */
function find(parent: string, ending: string): string {
  const found = outline.children({ parent, offset: 0, limit: 1_000 })?.elements.find(({ id }) => id.endsWith(ending));
  if (found === undefined) throw new Error(`${parent} has no ${ending}`);
  return found.id;
}

const service = expand('expand the namespace of 10,000 Services, last page', 'services/bench', 9_800);
const port = expand('expand a Service', service);
expand('expand a port', port);
expand('expand the base chains', 'baseChains');
expand('expand a hook', 'baseChains/prerouting');
expand('expand KUBE-SERVICES, 10,001 rules', find('baseChains', 'nat:KUBE-SERVICES'));
expand('the same, page 30', find('baseChains', 'nat:KUBE-SERVICES'), 6_000);

measure('prepare filtering (in slices of 10 ms, after the answer)', Number.POSITIVE_INFINITY, () => {
  for (const _ of outline.prepare());
});
expand('filter by name', 'services/bench', 0, 'svc-4711');
expand('filter by address', 'services/bench', 0, '10.244.12.7');
expand('filter by two words that nearly all have', 'services/bench', 0, 'http 80');
measure('filter at the root', 100, () => outline.children({ offset: 0, limit: pageSize, filter: '10.96.1.1' }));
measure('sort 10,000 Services by endpoints', 200, () =>
  outline.children({ parent: 'services/bench', offset: 0, limit: pageSize, sort: 'endpoints' }),
);

const lines = text.split('\n');
const endpointLine = lines.findLastIndex((line) => line.includes('-j DNAT'));
const path = measure('reveal a line, first time', 1_000, () => outline.reveal('iptables-save', endpointLine));
measure('reveal a line, again', 50, () => outline.reveal('iptables-save', endpointLine - 2));
measure('open the rules of a Service', 50, () => outline.document(service));
measure('open KUBE-SERVICES, 10,001 rules', 100, () => outline.document(find('baseChains', 'nat:KUBE-SERVICES')));
measure('open the whole dump (cut at 1 MB)', 100, () => outline.document('parts/iptables-save'));
if (path.at(-1)?.kind !== 'endpoint') throw new Error('The line of an endpoint was not revealed.');
console.log(`${(process.memoryUsage().rss / 1e6).toFixed(0)} MB of memory in all`);
