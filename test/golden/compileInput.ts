import { assumedKernelFacts, completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import type { KubernetesObjects } from '../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { objectsText } from './cases.ts';

const nodeIps = ['10.0.2.15', '2001:db8:f::15'];

/** What kube-proxy was told when the cases were recorded; see test/peers. */
export const recordedOptions = completeProxyOptions(
  {
    nodeName: 'testnode',
    nodeIps,
    zone: 'zone-a',
    nodePortAddresses: ['0.0.0.0/0', '::/0'],
    localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/64'] },
  },
  assumedKernelFacts(nodeIps),
);

/**
 * The objects of a case as kube-proxy took them when no API server stood between: it skipped the ports of EndpointSlices
 * that have no name at all, which an API server does not leave so, and it took Services with another proxy's label,
 * which it would not have watched.
 */
export function recordedObjects(caseName: string): KubernetesObjects {
  return readObjects(recordedObjectsText(caseName), caseName).objects;
}

/** The same as text. */
export function recordedObjectsText(caseName: string): string {
  return objectsText(caseName)
    .replaceAll('"service.kubernetes.io/service-proxy-name"', '"another-label"')
    .split('\n')
    .map((line) => (line.includes('"kind":"EndpointSlice"') ? line.replace(unnamedPort, '') : line))
    .join('\n');
}

const unnamedPort = /\{"port":\d+,"protocol":"[A-Z]+"\},?/g;
