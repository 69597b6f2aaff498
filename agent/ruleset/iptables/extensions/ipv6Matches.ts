import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, value, valueOrNot } from './optionSpec.ts';

/** Matches on the IPv6 header and its extension headers. */
export const ipv6Matches: ExtensionSpecs = {
  hl: { family: 'ipv6', options: { '--hl-lt': value, '--hl-gt': value, '--hl-eq': valueOrNot, '--hl': value } },
  ipv6header: { family: 'ipv6', options: { '--header': valueOrNot, '--soft': flag } },
  frag: {
    family: 'ipv6',
    options: {
      '--fragid': valueOrNot,
      '--fraglen': valueOrNot,
      '--fragres': flag,
      '--fragfirst': flag,
      '--fragmore': flag,
      '--fraglast': flag,
    },
  },
  dst: { family: 'ipv6', options: { '--dst-len': valueOrNot, '--dst-opts': value } },
  hbh: { family: 'ipv6', options: { '--hbh-len': valueOrNot, '--hbh-opts': value } },
  rt: {
    family: 'ipv6',
    options: {
      '--rt-type': valueOrNot,
      '--rt-segsleft': valueOrNot,
      '--rt-len': valueOrNot,
      '--rt-0-res': flag,
      '--rt-0-addrs': value,
      '--rt-0-not-strict': flag,
    },
  },
  srh: {
    family: 'ipv6',
    options: {
      '--srh-next-hdr': valueOrNot,
      '--srh-hdr-len-eq': valueOrNot,
      '--srh-hdr-len-gt': valueOrNot,
      '--srh-hdr-len-lt': valueOrNot,
      '--srh-segs-left-eq': valueOrNot,
      '--srh-segs-left-gt': valueOrNot,
      '--srh-segs-left-lt': valueOrNot,
      '--srh-last-entry-eq': valueOrNot,
      '--srh-last-entry-gt': valueOrNot,
      '--srh-last-entry-lt': valueOrNot,
      '--srh-tag': valueOrNot,
      '--srh-psid': valueOrNot,
      '--srh-nsid': valueOrNot,
      '--srh-lsid': valueOrNot,
    },
  },
  eui64: { family: 'ipv6', options: {} },
};
