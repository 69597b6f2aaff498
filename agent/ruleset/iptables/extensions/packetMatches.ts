import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, flagOrNot, pairOrNot, value, valueOrNot } from './optionSpec.ts';

/** Matches on a packet's addresses, fields, marks, interfaces and payload. */
export const packetMatches: ExtensionSpecs = {
  addrtype: {
    options: {
      '--src-type': valueOrNot,
      '--dst-type': valueOrNot,
      '--limit-iface-in': flag,
      '--limit-iface-out': flag,
    },
  },
  iprange: { options: { '--src-range': valueOrNot, '--dst-range': valueOrNot } },
  mark: { options: { '--mark': valueOrNot } },
  comment: { options: { '--comment': value } },
  set: {
    options: {
      '--match-set': pairOrNot,
      '--set': pairOrNot,
      '--return-nomatch': flag,
      '--update-counters': flagOrNot,
      '--packets-eq': valueOrNot,
      '--packets-lt': value,
      '--packets-gt': value,
      '--bytes-eq': valueOrNot,
      '--bytes-lt': value,
      '--bytes-gt': value,
      '--update-subcounters': flagOrNot,
    },
  },
  physdev: {
    options: {
      '--physdev-in': valueOrNot,
      '--physdev-out': valueOrNot,
      '--physdev-is-in': flagOrNot,
      '--physdev-is-out': flagOrNot,
      '--physdev-is-bridged': flagOrNot,
    },
  },
  devgroup: { options: { '--src-group': valueOrNot, '--dst-group': valueOrNot } },
  mac: { options: { '--mac-source': valueOrNot } },
  pkttype: { options: { '--pkt-type': valueOrNot } },
  length: { options: { '--length': valueOrNot } },
  dscp: { options: { '--dscp': valueOrNot, '--dscp-class': valueOrNot } },
  tos: { options: { '--tos': valueOrNot } },
  ecn: { options: { '--ecn-tcp-cwr': flagOrNot, '--ecn-tcp-ece': flagOrNot, '--ecn-ip-ect': valueOrNot } },
  ttl: { family: 'ipv4', options: { '--ttl-lt': value, '--ttl-gt': value, '--ttl-eq': valueOrNot, '--ttl': value } },
  realm: { family: 'ipv4', options: { '--realm': valueOrNot } },
  rpfilter: { options: { '--loose': flag, '--validmark': flag, '--accept-local': flag, '--invert': flag } },
  string: {
    options: {
      '--from': value,
      '--to': value,
      '--algo': value,
      '--string': valueOrNot,
      '--hex-string': valueOrNot,
      '--icase': flag,
    },
  },
  u32: { options: { '--u32': valueOrNot } },
  bpf: { options: { '--bytecode': value, '--object-pinned': value } },
  cpu: { options: { '--cpu': valueOrNot } },
};
