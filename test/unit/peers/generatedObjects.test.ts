import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generatedSeeds, generatedSet } from '../../peers/generatedObjects.ts';

const sets = generatedSeeds.map(generatedSet);

/** What a Service or an EndpointSlice has to have in its JSON, in at least three sets; a space stands for any text. */
const features: readonly (readonly [string, RegExp])[] = [
  ['a cluster IP', /"type":"ClusterIP","clusterIP":"10\.96\./],
  ['two families, IPv4 first', /"clusterIPs":\["10\.[\d.]+","fd00:/],
  ['two families, IPv6 first', /"clusterIPs":\["fd00:[\w:]+","10\./],
  ['IPv6 alone', /"clusterIPs":\["fd00:[\w:]+"\]/],
  ['headless', /"clusterIP":"None"/],
  ['ExternalName', /"type":"ExternalName"/],
  ['a node port', /"type":"NodePort".*"nodePort":3\d+/],
  ['one node port for two protocols', /"nodePort":(3\d+).*"nodePort":\1\D/],
  ['a load balancer without node ports', /"allocateLoadBalancerNodePorts":false/],
  ['ingress of mode VIP', /"ipMode":"VIP"/],
  ['ingress of mode Proxy', /"ipMode":"Proxy"/],
  ['ingress with a host name', /"ingress":\[.*"hostname"/],
  ['source ranges with blanks', /"loadBalancerSourceRanges":\[.*" 192/],
  ['source ranges of both families', /"loadBalancerSourceRanges":\[[^\]]*"1[^\]]*"2001:/],
  ['source ranges with everything', /"loadBalancerSourceRanges":\[[^\]]*"0\.0\.0\.0\/0"/],
  ['source ranges with the node in them', /"loadBalancerSourceRanges":\[[^\]]*"10\.0\.2\.0\/24"/],
  ['external IPs', /"externalIPs":\["/],
  ['an external IP that others have, too', /"externalIPs":\[[^\]]*"203\.0\.255\.1"/],
  ['an address that is external and ingress', /"externalIPs":\["([^"]+)".*"ingress":\[.*"ip":"\1"/],
  ['a port without a name', /"spec":.*"ports":\[\{(?!"name":"[^"])[^}]*\}\]/],
  ['three ports', /"spec":.*"ports":\[\{[^}]*\},\{[^}]*\},\{/],
  ['UDP', /"protocol":"UDP"/],
  ['SCTP', /"protocol":"SCTP"/],
  ['affinity with a timeout', /"timeoutSeconds":90\D/],
  ['affinity without a timeout', /"sessionAffinity":"ClientIP",(?!"sessionAffinityConfig")/],
  ['internal policy Local', /"internalTrafficPolicy":"Local"/],
  ['external policy Local with a health check', /"externalTrafficPolicy":"Local".*"healthCheckNodePort":/],
  ['trafficDistribution', /"trafficDistribution":"PreferSameNode"/],
  ['a name of another proxy', /"service\.kubernetes\.io\/service-proxy-name"/],
  ['a headless label on a slice', /"kind":"EndpointSlice".*"service\.kubernetes\.io\/headless"/],
  ['a second slice', /"kind":"EndpointSlice".*"name":"[^"]*-ipv4-1"/],
  ['a slice without endpoints', /"endpoints":(?:null|\[\])/],
  ['a slice of names', /"addressType":"FQDN"/],
  ['endpoints that terminate', /"ready":false,"serving":true,"terminating":true/],
  ['endpoints that are not ready', /"ready":false,"serving":false,"terminating":false/],
  ['zone hints', /"forZones":\[\{"name":"zone-a"\}\]/],
  ['node hints', /"forNodes":\[\{"name":"testnode"\}\]/],
  ['an endpoint on the node’s own address', /"addresses":\["10\.0\.2\.15"/],
  ['an endpoint on no node', /"addresses":\["[^"]+"\]\}/],
];

describe('the generated sets', () => {
  for (const [name, pattern] of features) {
    test(`have ${name}`, () => {
      const having = sets.filter(({ objects }) => objects.some((object) => pattern.test(JSON.stringify(object))));
      assert.ok(having.length >= 3, `in ${having.length} of ${sets.length}`);
    });
  }

  test('are the same each time', () => {
    assert.deepEqual(generatedSet(7), generatedSet(7));
    assert.notDeepEqual(generatedSet(7).objects, generatedSet(8).objects);
  });

  test('have thousands of Services', () => {
    const services = sets.flatMap(({ objects }) => objects).filter(({ kind }) => kind === 'Service');
    assert.ok(services.length > 4000);
  });

  test('give no two Services of a set the same name, cluster IP or node port of a protocol', () => {
    for (const { objects } of sets) {
      const services = objects.filter(({ kind }) => kind === 'Service').map((object) => JSON.stringify(object));
      const all = services.flatMap((text) => [
        ...(/"metadata":\{"name":"[^"]+","namespace":"[^"]+"/.exec(text) ?? []),
        ...(/"clusterIPs":\["[^N][^\]]+/.exec(text) ?? []),
      ]);
      assert.equal(new Set(all).size, all.length);
    }
  });

  for (const [option, values] of [
    ['localDetector', ['none', 'clusterCidr', 'bridgeInterface', 'interfaceNamePrefix']],
    ['masqueradeAll', ['true', 'false']],
    ['masqueradeBit', ['14', '0', '15', '31']],
    ['localhostNodePorts', ['true', 'false']],
    ['nodePortAddresses', ['[]', 'primary', '127.0.0.0/8', '172.30.0.0/16']],
    [
      'ipvs',
      ['"rr"', '"wrr"', '"lc"', '"wlc"', '"lblc"', '"lblcr"', '"sh"', '"dh"', '"sed"', '"nq"', '"fo"', '"ovf"', '"mh"'],
    ],
  ] as const) {
    test(`vary ${option}`, () => {
      const texts = sets.map(({ options }) => JSON.stringify(options[option]));
      for (const value of values) assert.ok(texts.filter((text) => text.includes(value)).length >= 3, value);
    });
  }
});
