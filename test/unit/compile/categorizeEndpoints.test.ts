import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { categorizeEndpoints, type EndpointCandidate } from '../../../agent/compile/categorizeEndpoints.ts';

/**
 * An endpoint in words: its letter, then `ready`, `draining` (serving and terminating) or `down`; `here` for this node;
 * the zones and nodes that its hints name.
 */
type EndpointWords = string;

interface Case {
  readonly name: string;
  readonly policies: 'Cluster' | 'Local' | 'both';
  readonly endpoints: readonly EndpointWords[];
  /** The letters of those that are chosen. */
  readonly cluster: string;
  readonly local?: string;
  readonly all?: string;
  /** Whether any would be usable from somewhere; by default, whether any is usable from here. */
  readonly any?: boolean;
  /** The node is `node-1` in `zone-a` unless the case says otherwise; '' for a node without a zone. */
  readonly zone?: string;
  readonly node?: string;
}

const hintedAbca = ['a ready zone-a', 'b ready zone-b', 'c ready zone-c', 'd ready zone-a'];
const hintedNodes = [
  'a ready zone-a node-1',
  'b ready zone-b node-2',
  'c ready zone-c node-3',
  'd ready zone-a node-4',
];
const hereAndThere = ['a ready here', 'b ready'];

const cases: readonly Case[] = [
  { name: 'zone hints choose the zone', policies: 'Cluster', endpoints: hintedAbca, cluster: 'ad' },
  { name: 'a node without a zone uses all', policies: 'Cluster', endpoints: hintedAbca, cluster: 'abcd', zone: '' },
  {
    name: 'a zone that no hint names uses all',
    policies: 'Cluster',
    endpoints: hintedAbca,
    cluster: 'abcd',
    zone: 'x',
  },
  {
    name: 'one endpoint without a hint makes all hints void',
    policies: 'Cluster',
    endpoints: ['a ready zone-a', 'b ready zone-b', 'c ready', 'd ready zone-a'],
    cluster: 'abcd',
  },
  {
    name: 'an endpoint without a hint that is not ready does not',
    policies: 'Cluster',
    endpoints: ['a ready zone-a', 'b ready zone-b', 'c down'],
    cluster: 'a',
  },
  {
    name: 'hints choose among the ready ones only',
    policies: 'Cluster',
    endpoints: ['a ready zone-a', 'b ready zone-b', 'c ready zone-c', 'd down zone-a'],
    cluster: 'a',
  },
  {
    name: 'a zone without ready endpoints uses all',
    policies: 'Cluster',
    endpoints: ['a down zone-a', 'b ready zone-b', 'c ready zone-c', 'd down zone-a'],
    cluster: 'bc',
  },
  {
    name: 'an endpoint may be meant for several zones',
    policies: 'Cluster',
    endpoints: ['a ready zone-a zone-b zone-c', 'b ready zone-b zone-c', 'c ready zone-b zone-d', 'd ready zone-c'],
    cluster: 'abd',
    zone: 'zone-c',
  },
  { name: 'node hints choose the node', policies: 'Cluster', endpoints: hintedNodes, cluster: 'a' },
  {
    name: 'a node that no hint names uses its zone',
    policies: 'Cluster',
    endpoints: hintedNodes,
    cluster: 'ad',
    node: 'node-0',
  },
  {
    name: 'an endpoint without a node hint leaves the zone hints',
    policies: 'Cluster',
    endpoints: ['a ready zone-a node-1', 'b ready zone-b', 'c ready zone-a node-3'],
    cluster: 'ac',
  },
  {
    name: 'an endpoint without any hint makes node hints void too',
    policies: 'Cluster',
    endpoints: ['a ready zone-a node-1', 'b ready', 'c ready zone-c node-3', 'd ready zone-a node-4'],
    cluster: 'abcd',
  },
  {
    name: 'hints do not matter for policy Local',
    policies: 'both',
    endpoints: ['a ready here zone-a', 'b ready here zone-b', 'c ready zone-c', 'd ready zone-a'],
    cluster: 'ad',
    local: 'ab',
    all: 'abd',
  },
  {
    name: 'hints do not hide that there are endpoints elsewhere',
    policies: 'Local',
    endpoints: ['a ready zone-b'],
    cluster: '',
    local: '',
    any: true,
  },
  { name: 'nothing is ready', policies: 'Cluster', endpoints: ['a down', 'b down'], cluster: '' },
  { name: 'something is ready', policies: 'Cluster', endpoints: ['a down', 'b ready'], cluster: 'b' },
  {
    name: 'what drains is used when nothing is ready',
    policies: 'Cluster',
    endpoints: ['a draining here', 'b draining', 'c down'],
    cluster: 'ab',
  },
  {
    name: 'what drains is used whatever its hints',
    policies: 'Cluster',
    endpoints: ['a draining zone-a', 'b draining zone-b'],
    cluster: 'ab',
  },
  {
    name: 'what drains is not used otherwise',
    policies: 'Cluster',
    endpoints: ['a draining', 'b ready'],
    cluster: 'b',
  },
  { name: 'a ready one that terminates is ready', policies: 'Cluster', endpoints: ['a ready draining'], cluster: 'a' },
  { name: 'no endpoints for policy Local', policies: 'Local', endpoints: [], cluster: '', local: '' },
  {
    name: 'policy Local, all elsewhere',
    policies: 'Local',
    endpoints: ['a ready', 'b ready'],
    cluster: '',
    local: '',
    any: true,
  },
  {
    name: 'policy Local, all here',
    policies: 'Local',
    endpoints: ['a ready here', 'b ready here'],
    cluster: '',
    local: 'ab',
  },
  { name: 'policy Local, some here', policies: 'Local', endpoints: hereAndThere, cluster: '', local: 'a' },
  { name: 'both policies, some here', policies: 'both', endpoints: hereAndThere, cluster: 'ab', local: 'a', all: 'ab' },
  {
    name: 'both policies, all elsewhere',
    policies: 'both',
    endpoints: ['a ready', 'b ready'],
    cluster: 'ab',
    local: '',
    all: 'ab',
  },
  {
    name: 'both policies, all elsewhere and draining',
    policies: 'both',
    endpoints: ['a draining', 'b draining'],
    cluster: 'ab',
    local: '',
    all: 'ab',
  },
  {
    name: 'each policy falls back for itself',
    policies: 'both',
    endpoints: ['a ready', 'b down here', 'c draining here', 'd draining'],
    cluster: 'a',
    local: 'c',
    all: 'ac',
  },
];

function letters(endpoints: readonly { readonly ip: string }[]): string {
  return endpoints.map(({ ip }) => ip).join('');
}

function candidateOf(words: EndpointWords): EndpointCandidate {
  const [letter = '', ...marks] = words.split(' ');
  const named = (prefix: string): readonly string[] => marks.filter((mark) => mark.startsWith(prefix));
  const [zoneHints, nodeHints] = [named('zone-'), named('node-')];
  return {
    endpoint: { ip: letter, port: 80, address: `${letter}:80`, isLocal: marks.includes('here') },
    object: {
      addresses: [letter],
      ready: marks.includes('ready'),
      serving: marks.includes('ready') || marks.includes('draining'),
      terminating: marks.includes('draining'),
      ...(zoneHints.length > 0 ? { zoneHints } : {}),
      ...(nodeHints.length > 0 ? { nodeHints } : {}),
    },
  };
}

describe('the endpoints that a node uses', () => {
  for (const { name, policies, endpoints, cluster, local = '', all, any, zone = 'zone-a', node = 'node-1' } of cases) {
    it(name, () => {
      const usable = all ?? (cluster === '' ? local : cluster);
      const found = categorizeEndpoints(
        endpoints.map(candidateOf),
        { usesClusterEndpoints: policies !== 'Local', usesLocalEndpoints: policies !== 'Cluster' },
        { nodeName: node, zone: zone === '' ? undefined : zone },
      );
      assert.deepEqual(
        {
          cluster: letters(found.clusterEndpoints),
          local: letters(found.localEndpoints),
          all: letters(found.allLocallyReachableEndpoints),
          any: found.hasAnyEndpoints,
        },
        { cluster, local, all: usable, any: any ?? usable !== '' },
      );
    });
  }
});
