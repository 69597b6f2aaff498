import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointChainNames, serviceChainNames } from '../../../../agent/compile/nftables/chainNames.ts';
import { servicePort } from './servicePort.ts';

const p80 = servicePort({ namespace: 'ns1', serviceName: 'svc1', portName: 'p80' });

describe('names of chains', () => {
  it("are upstream's for a Service port (proxier_test.go)", () => {
    assert.deepEqual(serviceChainNames(p80), {
      cluster: 'service-ULMVA6XW-ns1/svc1/tcp/p80',
      local: 'local-ULMVA6XW-ns1/svc1/tcp/p80',
      external: 'external-ULMVA6XW-ns1/svc1/tcp/p80',
      firewall: 'firewall-ULMVA6XW-ns1/svc1/tcp/p80',
    });
  });

  it("are upstream's for an endpoint (proxier.go)", () => {
    const endpoint = { ip: '10.180.0.1', port: 80, address: '10.180.0.1:80', isLocal: false };
    assert.deepEqual(endpointChainNames(p80, endpoint), {
      chain: 'endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80',
      affinitySet: 'affinity-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80',
    });
  });

  it('have dots for the colons of an IPv6 address, as kube-proxy recorded them', () => {
    const port = servicePort({ namespace: 'default', serviceName: 'api-6', portName: 'http' });
    const endpoint = { ip: 'fd00:10:244::13', port: 8000, address: '[fd00:10:244::13]:8000', isLocal: false };
    assert.equal(
      endpointChainNames(port, endpoint).chain,
      'endpoint-5RAK3ISU-default/api-6/tcp/http__fd00.10.244..13/8000',
    );
  });

  it('are cut where the kernel has no room, after a hash of all of it', () => {
    const long = servicePort({ namespace: 'n'.repeat(63), serviceName: 's'.repeat(63), portName: 'p'.repeat(63) });
    const ip = 'fd00:1111:2222:3333:4444:5555:6666:7777';
    const [one = '', two = ''] = [65_534, 65_535].map(
      (port) => endpointChainNames(long, { ip, port, address: `[${ip}]:${port}`, isLocal: false }).chain,
    );
    assert.ok(one.endsWith('...') && two.endsWith('...'));
    assert.equal(one.length, 'endpoint-'.length + 240);
    assert.notEqual(one, two);
  });
});
