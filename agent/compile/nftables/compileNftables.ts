import type { IpFamily } from '../../model/address.ts';
import { addressSetText } from '../../model/addressSetText.ts';
import { parseCidr } from '../../model/cidr.ts';
import type { NftablesTable } from '../../model/serviceRules.ts';
import { nftablesLocalDetection } from '../localDetection.ts';
import { resolveNodePortAddresses } from '../nodePortAddresses.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { addServicePort } from './servicePortRules.ts';
import { buildTableFrame } from './tableFrame.ts';
import { familyWords } from './words.ts';

/**
 * The table `kube-proxy` of a family as kube-proxy's nftables mode writes it (pkg/proxy/nftables/proxier.go), in the
 * words in which nft 1.0.6 lists it.
 *
 * @param ports of the family; where two claim the same address and port, the later one has it
 */
export function compileNftables(
  ports: readonly ResolvedServicePort[],
  options: ProxyOptions,
  family: IpFamily,
): NftablesTable {
  const words = familyWords[family];
  const localDetection = nftablesLocalDetection(options.localDetector, family);
  const { masqueradeAll, masqueradeBit } = options;
  const { table, sets } = buildTableFrame({
    words,
    nodePortIps: nodePortIps(options, family),
    masqueradeAll,
    masqueradeBit,
    localDetection,
    serviceCidrs: serviceCidrs(options, family),
  });
  const facts = { family, words, masqueradeBit, localDetection, nodeIp: options.nodeIps.get(family) };
  for (const port of ports) addServicePort(table, sets, port, facts);
  return table;
}

/** Loopback is left out: this mode has no node ports there. */
function nodePortIps(options: ProxyOptions, family: IpFamily): readonly string[] | undefined {
  const { all, ips } = resolveNodePortAddresses(options, 'nftables', family);
  return all ? undefined : ips.filter((ip) => !ip.startsWith('127.') && ip !== '::1');
}

function serviceCidrs({ serviceCidrs: blocks = [] }: ProxyOptions, family: IpFamily): string | undefined {
  const own = blocks.filter((block) => parseCidr(block)?.family === family);
  return own.length === 0 ? undefined : addressSetText(own, family);
}
