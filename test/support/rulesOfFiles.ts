import type { IpFamily } from '../../agent/model/address.ts';
import type { FamilyRules } from '../../agent/model/serviceRules.ts';
import { readIptablesRules } from '../../agent/plan/iptables/readIptablesRules.ts';
import { readIpSets } from '../../agent/plan/ipvs/readIpSets.ts';
import { readServiceDevice } from '../../agent/plan/ipvs/readServiceDevice.ts';
import { readVirtualServers } from '../../agent/plan/ipvs/readVirtualServers.ts';
import { readNftablesTable } from '../../agent/plan/nftables/readNftablesTable.ts';
import type { RuleFiles } from '../vm/ruleFiles.ts';

/** What saved rules program, as the agent reads them. Every virtual server counts, whoever made it. */
export function rulesOfFiles(files: RuleFiles, family: IpFamily): FamilyRules {
  const text = (name: string): string => files.get(name) ?? '';
  const ipsets = readIpSets(text('ipset-save.txt'), family);
  const serviceDevice = readServiceDevice(text('kube-ipvs0.txt'), family);
  const signs = { ipsets, serviceDevice, alsoOwn: { has: () => true } };
  return {
    iptables: readIptablesRules(text(family === 'ipv4' ? 'iptables-save.txt' : 'ip6tables-save.txt'), undefined),
    ipsets,
    serviceDevice,
    virtualServers: readVirtualServers(text('ipvsadm-save.txt'), family, signs),
    nftables: readNftablesTable(text('nft.txt'), family),
  };
}

/** The settings in lines `net/ipv4/ip_forward = 1`, by path. */
export function sysctlsOfText(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): [string, string] => {
        const [path = '', value = ''] = line.split(' = ');
        return [path, value];
      }),
  );
}
