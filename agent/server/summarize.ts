import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { parseKubeProxyReport } from '../node/kubeProxyReport.ts';
import { serviceKey } from '../outline/serviceGroups.ts';
import type { SnapshotSummary } from '../protocol/messages.ts';

/** What a snapshot's summary tells of a kube-proxy; undefined when nobody looked for one. */
function kubeProxyOf(snapshot: Snapshot): SnapshotSummary['kubeProxy'] {
  const part = snapshot.parts.find(({ kind }) => kind === 'kube-proxy');
  if (part === undefined) return undefined;
  const report = parseKubeProxyReport(part.text);
  if (report === undefined) return { running: false };
  const { version, mode } = report;
  return { running: true, ...(version !== undefined && { version }), ...(mode !== undefined && { mode }) };
}

/** The few facts that a client keeps of a snapshot, without its name and what it took to make it. */
export function summarize(snapshot: Snapshot, model: NodeModel): Omit<SnapshotSummary, 'snapshot' | 'timing'> {
  const problems = { error: 0, warning: 0, information: 0 };
  for (const { severity } of model.problems) problems[severity]++;
  const services = new Set(model.services.map((port) => `${port.namespace}/${serviceKey(port)}`));
  const kubeProxy = kubeProxyOf(snapshot);
  const { iptables, nftables, ipvs } = model.backends;
  return {
    takenAt: snapshot.takenAt,
    nodeName: snapshot.nodeName,
    origin: snapshot.origin,
    mode: model.mode,
    backends: { iptables: [...iptables], nftables, ipvs },
    services: services.size,
    problems,
    ...(kubeProxy && { kubeProxy }),
  };
}
