import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileIpvs } from '../../../../agent/compile/ipvs/compileIpvs.ts';
import type { ProxyOptions } from '../../../../agent/compile/proxyOptions.ts';
import { resolveServices } from '../../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../../agent/model/address.ts';
import type { IptablesRules } from '../../../../agent/model/serviceRules.ts';
import { readIptablesRules } from '../../../../agent/plan/iptables/readIptablesRules.ts';
import { readIpSets } from '../../../../agent/plan/ipvs/readIpSets.ts';
import { readServiceDevice } from '../../../../agent/plan/ipvs/readServiceDevice.ts';
import { readVirtualServers } from '../../../../agent/plan/ipvs/readVirtualServers.ts';
import { caseFolder, caseNames } from '../../../golden/cases.ts';
import { recordedObjects, recordedOptions } from '../../../golden/compileInput.ts';

/** With the addresses that the recorded node had. */
const options: ProxyOptions = {
  ...recordedOptions,
  kernel: {
    ...recordedOptions.kernel,
    addresses: [
      { ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' },
      { ip: '::1', prefixLength: 128, interfaceName: 'lo' },
      { ip: '10.0.2.15', prefixLength: 24, interfaceName: 'ens3' },
      { ip: '2001:db8:f::15', prefixLength: 64, interfaceName: 'ens3' },
      { ip: 'fec0::5054:ff:fe12:3456', prefixLength: 64, interfaceName: 'ens3' },
      { ip: 'fe80::5054:ff:fe12:3456', prefixLength: 64, interfaceName: 'ens3' },
    ],
  },
};

/** The rules as plain objects; those that kube-proxy writes in the order of a Go map are sorted. */
function comparable({ tables }: Pick<IptablesRules, 'tables'>): unknown {
  return Object.fromEntries(
    [...tables].map(([table, { chains, hooks }]) => {
      const sorted = [...chains].map(([name, rules]) => [
        name,
        name === 'KUBE-IPVS-OUT-FILTER' ? rules.toSorted() : rules,
      ]);
      return [table, { hooks: Object.fromEntries(hooks), chains: Object.fromEntries(sorted) }];
    }),
  );
}

describe('compiling for ipvs mode', () => {
  for (const name of caseNames) {
    const family: IpFamily = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
    const read = (file: string): string => readFileSync(join(caseFolder(name, 'ipvs'), file), 'utf8');
    const compiled = compileIpvs(resolveServices(recordedObjects(name), options, family), options, family);
    const ipsets = readIpSets(read('ipset-save.txt'), family);
    const serviceDevice = readServiceDevice(read('kube-ipvs0.txt'), family);

    it(`gives the rules of iptables that kube-proxy put into the kernel: ${name}`, () => {
      const recorded = readIptablesRules(read(`ip${family === 'ipv6' ? '6' : ''}tables-save.txt`), undefined);
      assert.deepEqual(comparable(compiled.iptables), comparable(recorded));
    });

    it(`gives the sets that kube-proxy put into the kernel: ${name}`, () => {
      assert.deepEqual(compiled.ipsets, ipsets);
    });

    it(`gives the virtual servers that kube-proxy put into the kernel: ${name}`, () => {
      assert.deepEqual(
        compiled.virtualServers,
        readVirtualServers(read('ipvsadm-save.txt'), family, { ipsets, serviceDevice }),
      );
    });

    it(`gives the addresses that kube-proxy bound to kube-ipvs0: ${name}`, () => {
      assert.deepEqual(compiled.serviceDevice, serviceDevice);
    });
  }
});
