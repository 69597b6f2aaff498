import { canonicalIp } from '../model/canonicalIp.ts';
import { parseCidr } from '../model/cidr.ts';
import { ChangeError } from '../node/change/changeError.ts';
import type { ProxyOptionsInput } from '../protocol/changeMessages.ts';
import type { OptionInput } from './proposal.ts';

function invalid(option: string, value: string): ChangeError {
  return new ChangeError('option-invalid', `${option} cannot be "${value}".`, { option, value });
}

/**
 * What a client says about the node.
 *
 * @throws ChangeError `option-invalid`
 */
export function optionInput(input: ProxyOptionsInput): OptionInput {
  const { nodeName, nodeIps, zone, clusterCidrs, nodePortAddresses, masqueradeAll, scheduler } = input;
  const cidrs = (option: string, values: readonly string[]): string[] =>
    values.map((value) => {
      const cidr = parseCidr(value);
      if (cidr === undefined) throw invalid(option, value);
      return cidr.text;
    });
  return {
    nodeName,
    nodeIps: nodeIps?.map((value) => {
      const ip = canonicalIp(value);
      if (ip === undefined) throw invalid('nodeIps', value);
      return ip;
    }),
    zone,
    localDetector: clusterCidrs && { kind: 'clusterCidr', cidrs: cidrs('clusterCidrs', clusterCidrs) },
    nodePortAddresses:
      nodePortAddresses?.join() === 'primary'
        ? nodePortAddresses
        : nodePortAddresses && cidrs('nodePortAddresses', nodePortAddresses),
    masqueradeAll,
    ipvs: scheduler === undefined ? undefined : { scheduler },
  };
}
