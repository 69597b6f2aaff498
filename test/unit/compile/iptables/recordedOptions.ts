import { completeProxyOptions } from '../../../../agent/compile/defaultProxyOptions.ts';
import type { ProxyOptions } from '../../../../agent/compile/proxyOptions.ts';

/** What the node of the recorded rules is (test/peers/record.ts), and what its kernel can do. */
export const recordedOptions: ProxyOptions = completeProxyOptions(
  {
    nodeName: 'testnode',
    nodeIps: ['10.0.2.15', '2001:db8:f::15'],
    zone: 'zone-a',
    localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/64'] },
  },
  {
    addresses: [],
    nfacctCounters: new Set(['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts']),
    conntrackTcpLiberal: false,
    masqueradeRandomFully: true,
  },
);
