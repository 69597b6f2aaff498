import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRules } from '../../agent/compile/compileRules.ts';
import { completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import type { ProxyOptions } from '../../agent/compile/proxyOptions.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { generatedSeeds, generatedSet, objectLines } from '../peers/generatedObjects.ts';
import { nfacctCounters } from '../peers/generatedOptions.ts';
import { recordedNode } from '../peers/recordedNode.ts';
import { type CanonicalRules, canonicalRules, canonicalText } from '../support/canonicalRules.ts';
import { canonicalFiles, differingSections, digests } from '../support/parityRecord.ts';
import { readParityRecords, recordKey } from '../support/parityRecords.ts';
import { readRuleFiles } from '../vm/ruleFiles.ts';
import { caseFolder, caseNames, objectsText } from './cases.ts';

const modes: readonly ServiceMode[] = ['iptables', 'ipvs', 'nftables'];
const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** What is compiled for one family alone, as the oracle was run. */
function compiled(objects: string, options: ProxyOptions, mode: ServiceMode, family: IpFamily): CanonicalRules {
  const nodeIp = options.nodeIps.get(family);
  const ofFamily = { ...options, nodeIps: new Map(nodeIp === undefined ? [] : [[family, nodeIp]]) };
  const rules = compileRules(readObjects(objects, 'objects.jsonl').objects, ofFamily, mode);
  const familyRules = rules.families.get(family);
  assert.ok(familyRules);
  return canonicalRules(familyRules, rules.sysctls);
}

describe('compiled rules are those that kube-proxy left in the kernel', async () => {
  const records = new Map((await readParityRecords()).map((record) => [recordKey(record), record]));
  const sets = new Map(generatedSeeds.map((seed) => [seed, generatedSet(seed)]));
  for (const mode of modes) {
    for (const family of families) {
      test(`for ${generatedSeeds.length} generated sets in ${mode} mode, ${family}`, () => {
        const different: string[] = [];
        for (const [seed, { objects, options }] of sets) {
          const record = records.get(recordKey({ mode, family, seed }));
          assert.ok(record, `set ${seed} is not recorded`);
          const found = digests(compiled(objectLines(objects), options, mode, family));
          different.push(...differingSections(found, record.sections).map((section) => `set ${seed}: ${section}`));
        }
        // `node test/peers/recordParity.ts --show SEED MODE FAMILY` shows what was recorded.
        assert.deepEqual(different, []);
      });
    }
  }
});

/** Cases that were recorded by handing the objects straight to the proxiers. */
const recordedElsewhere = /^(?:app1|random-.*)$/;

/**
 * The objects of a case as kube-proxy took them when it was recorded. The API server would have named unnamed ports
 * `""`, kube-proxy ignores ports without a name; and it would not have watched Services of other proxies.
 */
function caseObjects(name: string): string {
  if (!recordedElsewhere.test(name)) return objectsText(name);
  const proxied = objectsText(name).replaceAll('"service.kubernetes.io/service-proxy-name"', '"another-label"');
  return proxied.replace(/^.*"kind":"EndpointSlice".*$/gm, (line) => {
    const slice: { ports: readonly { readonly name?: string }[] } = JSON.parse(line);
    return JSON.stringify({ ...slice, ports: slice.ports.filter((port) => port.name !== undefined) });
  });
}

/** The addresses of the test node. Where the IPv6 case was recorded it had one more, from its emulated router. */
const caseAddresses = [
  ...recordedNode.addresses.filter(({ ip }) => ip !== '192.168.50.5' && ip !== 'fd00:50::5'),
  { ip: 'fec0::5054:ff:fe12:3456', prefixLength: 64, interfaceName: 'eth0' },
];

describe('compiled rules are those of the recorded cases', () => {
  for (const name of caseNames) {
    const family: IpFamily = name.endsWith('-ipv6') ? 'ipv6' : 'ipv4';
    const { name: nodeName, zone } = recordedNode;
    for (const mode of modes) {
      test(`${name} in ${mode} mode`, async () => {
        const files = await readRuleFiles(caseFolder(name, mode));
        const options = completeProxyOptions(
          {
            nodeName,
            zone,
            nodeIps: [recordedNode[family]],
            localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/64'] },
            nodePortAddresses: ['0.0.0.0/0', '::/0'],
          },
          {
            addresses: caseAddresses,
            nfacctCounters: new Set(nfacctCounters),
            conntrackTcpLiberal: false,
            masqueradeRandomFully: true,
          },
        );
        const found = new Map(compiled(caseObjects(name), options, mode, family));
        // The kernel's settings were not recorded in these cases.
        found.delete('sysctls');
        assert.equal(canonicalText(found), canonicalText(canonicalFiles(files, family)));
      });
    }
  }
});
