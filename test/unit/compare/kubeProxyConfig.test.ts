import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubeProxyConfig } from '../../../agent/compare/settings/kubeProxyConfig.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';

function configOf(process: object) {
  return kubeProxyConfig(
    snapshotOf(
      partWith('kube-proxy.json', 'kube-proxy', JSON.stringify({ processes: [{ pid: 1, argv: [], ...process }] })),
    ),
  );
}

describe('what a running kube-proxy was told', () => {
  it('stands on its command line', () => {
    const argv = [
      'kube-proxy',
      '--hostname-override',
      'node-7',
      '--cluster-cidr=10.244.0.0/16,fd00::/64',
      '--nodeport-addresses=10.0.0.0/8,192.168.0.0/16',
      '--masquerade-all',
      '--iptables-localhost-nodeports=false',
      '--ipvs-scheduler=sh',
    ];
    assert.deepEqual(configOf({ argv }), {
      nodeName: 'node-7',
      localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00::/64'] },
      masqueradeAll: true,
      nodePortAddresses: ['10.0.0.0/8', '192.168.0.0/16'],
      localhostNodePorts: false,
      scheduler: 'sh',
      strictArp: undefined,
    });
  });

  it('or in its file', () => {
    const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
detectLocalMode: BridgeInterface
detectLocal:
  bridgeInterface: cbr0
iptables:
  masqueradeAll: true
  localhostNodePorts: null
ipvs:
  scheduler: ""
  strictARP: true
nodePortAddresses: [primary]
`;
    const read = configOf({
      argv: ['kube-proxy', '--config=/c', '--hostname-override=node-8'],
      configFile: '/c',
      config,
    });
    assert.deepEqual(read, {
      nodeName: 'node-8',
      localDetector: { kind: 'bridgeInterface', name: 'cbr0' },
      masqueradeAll: true,
      nodePortAddresses: ['primary'],
      localhostNodePorts: undefined,
      scheduler: undefined,
      strictArp: true,
    });
  });

  it('is not known where its file could not be read, or none runs', () => {
    assert.equal(configOf({ argv: ['kube-proxy', '--config=/c'], configFile: '/c' }), undefined);
    assert.equal(kubeProxyConfig(snapshotOf()), undefined);
    assert.equal(kubeProxyConfig(snapshotOf(partWith('kube-proxy.json', 'kube-proxy', 'x'))), undefined);
  });

  it('means each default where its file says null', () => {
    const read = configOf({ argv: ['--config=/c'], config: 'nodePortAddresses: null\n' });
    assert.deepEqual(read?.nodePortAddresses, []);
    assert.equal(read?.localDetector, undefined);
  });
});
