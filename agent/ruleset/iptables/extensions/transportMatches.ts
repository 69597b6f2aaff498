import type { ExtensionSpecs } from './optionSpec.ts';
import {
  destinationPort,
  destinationPorts,
  flag,
  flagOrNot,
  pairOrNot,
  sourcePort,
  sourcePorts,
  valueOrNot,
} from './optionSpec.ts';

/** Matches on the header of a transport protocol. The port options also have the longer names `--source-port` and so on. */
export const transportMatches: ExtensionSpecs = {
  tcp: {
    options: {
      '--sport': sourcePort,
      '--dport': destinationPort,
      '--syn': flagOrNot,
      '--tcp-flags': pairOrNot,
      '--tcp-option': valueOrNot,
    },
  },
  udp: { options: { '--sport': sourcePort, '--dport': destinationPort } },
  sctp: { options: { '--sport': sourcePort, '--dport': destinationPort, '--chunk-types': pairOrNot } },
  dccp: {
    options: {
      '--sport': sourcePort,
      '--dport': destinationPort,
      '--dccp-types': valueOrNot,
      '--dccp-option': valueOrNot,
    },
  },
  icmp: { family: 'ipv4', options: { '--icmp-type': valueOrNot } },
  icmp6: { family: 'ipv6', options: { '--icmpv6-type': valueOrNot } },
  ah: { options: { '--ahspi': valueOrNot, '--ahlen': valueOrNot, '--ahres': flag } },
  esp: { options: { '--espspi': valueOrNot } },
  ipcomp: { options: { '--ipcompspi': valueOrNot, '--compres': flag } },
  mh: { family: 'ipv6', options: { '--mh-type': valueOrNot } },
  multiport: { options: { '--sports': sourcePorts, '--dports': destinationPorts, '--ports': valueOrNot } },
  tcpmss: { options: { '--mss': valueOrNot } },
};
