import type { IptablesFamily } from '../../../agent/ruleset/iptables/document.ts';

/**
 * Ways to write an extension's options. `{...}` stands for a random value, see `fillIn`. Each form is one that iptables
 * accepts and, by its manual page, gives back as the same rule.
 */
export interface ExtensionForms {
  readonly name: string;
  readonly forms: readonly string[];
  /** Set for an extension of one family only. */
  readonly family?: IptablesFamily;
  /** The protocol without which iptables refuses the extension. */
  readonly protocol?: string;
  /** The tables in which the kernel takes it; all when not set. */
  readonly tables?: readonly string[];
}

export const matchForms: readonly ExtensionForms[] = [
  {
    name: 'tcp',
    protocol: 'tcp',
    forms: [
      '--dport {port}',
      '! --sport {ports} --dport {ports}',
      '--tcp-flags FIN,SYN,RST,ACK SYN',
      '! --tcp-flags SYN,ACK NONE',
      '! --syn --sport {port}',
      '--tcp-option {byte}',
      '! --tcp-option 7',
    ],
  },
  { name: 'udp', protocol: 'udp', forms: ['--dport {port}', '! --sport {ports}', '--sport {port} ! --dport {port}'] },
  {
    name: 'sctp',
    protocol: 'sctp',
    forms: [
      '--sport {ports}',
      '--chunk-types all INIT,DATA:Be',
      '! --chunk-types any ABORT',
      '--chunk-types only SACK',
    ],
  },
  {
    name: 'dccp',
    protocol: 'dccp',
    forms: [
      '--sport {port} ! --dport {ports}',
      '--dccp-types REQUEST,RESET',
      '! --dccp-types INVALID',
      '--dccp-option 9',
    ],
  },
  { name: 'icmp', protocol: 'icmp', family: 'ipv4', forms: ['--icmp-type 8', '! --icmp-type 3/4', '--icmp-type any'] },
  { name: 'icmp6', protocol: 'icmpv6', family: 'ipv6', forms: ['--icmpv6-type 128', '! --icmpv6-type 1/4'] },
  { name: 'esp', protocol: 'esp', forms: ['--espspi {port}', '! --espspi {ports}'] },
  { name: 'ah', protocol: 'ah', forms: ['--ahspi {port}', '! --ahspi {ports}'] },
  { name: 'ah', family: 'ipv6', forms: ['--ahspi 0:4294967295 ! --ahlen {port} --ahres'] },
  { name: 'ipcomp', protocol: 'ipcomp', forms: ['--ipcompspi {port}', '! --ipcompspi {ports} --compres'] },
  { name: 'mh', protocol: 'mh', family: 'ipv6', forms: ['--mh-type 1', '! --mh-type 4:123'] },
  {
    name: 'multiport',
    protocol: 'tcp',
    forms: ['--dports 80,443,{ports}', '! --sports {port}', '--ports {port},22', '! --dports 1:2,3'],
  },
  { name: 'tcpmss', protocol: 'tcp', forms: ['--mss {port}', '! --mss {ports}'] },
  {
    name: 'conntrack',
    forms: [
      '--ctstate NEW,RELATED,ESTABLISHED',
      '! --ctstate INVALID,DNAT',
      '--ctproto 6 --ctorigsrc {net} ! --ctorigdst {ip}',
      '! --ctreplsrc {net} --ctrepldst {ip}',
      '--ctproto tcp --ctorigsrcport {port} ! --ctorigdstport {ports}',
      '--ctproto udp ! --ctreplsrcport {ports} --ctrepldstport {port}',
      '--ctstatus ASSURED,SEEN_REPLY',
      '! --ctstatus EXPECTED --ctexpire {ports}',
      '--ctdir REPLY',
    ],
  },
  { name: 'state', forms: ['--state NEW', '! --state INVALID,UNTRACKED'] },
  {
    name: 'connbytes',
    forms: [
      '--connbytes {ports} --connbytes-mode bytes --connbytes-dir both',
      '! --connbytes {port}: --connbytes-mode packets --connbytes-dir original',
    ],
  },
  {
    name: 'connlimit',
    forms: ['--connlimit-above {byte}', '--connlimit-upto 2 --connlimit-mask 24 --connlimit-daddr'],
  },
  { name: 'connmark', forms: ['--mark {hex}', '! --mark {hex}/{hex}'] },
  { name: 'connlabel', forms: ['--label {byte100}', '! --label {byte100} --set'] },
  { name: 'helper', forms: ['--helper ftp', '! --helper {text}'] },
  {
    name: 'ipvs',
    forms: ['--ipvs', '! --ipvs', '--vproto 6 --vaddr {net} --vport {port}', '--vdir REPLY ! --vmethod MASQ'],
  },
  { name: 'socket', tables: ['mangle'], forms: ['--transparent', '--nowildcard --restore-skmark'] },
  {
    name: 'owner',
    forms: [
      '--uid-owner {port}',
      '! --gid-owner {ports}',
      '--socket-exists',
      '! --socket-exists',
      '--gid-owner 5 --suppl-groups',
    ],
  },
  { name: 'cgroup', forms: ['--cgroup {port}', '! --cgroup {port}'] },
  {
    name: 'cluster',
    tables: ['mangle'],
    forms: [
      '--cluster-total-nodes 4 --cluster-local-node 2 --cluster-hash-seed {hex}',
      '--cluster-total-nodes 8 ! --cluster-local-nodemask 5 --cluster-hash-seed {hex}',
    ],
  },
  { name: 'osf', protocol: 'tcp', family: 'ipv4', forms: ['--genre Linux --ttl 0 --log 1', '! --genre {word}'] },
  {
    name: 'policy',
    tables: ['mangle'],
    forms: [
      '--dir in --pol none',
      '--dir in --pol ipsec --strict --reqid {port} --spi {hex} --proto esp --mode tunnel --tunnel-src {net} --tunnel-dst {net} --next --reqid 2',
      '--dir out --pol ipsec --strict ! --reqid {port} --next ! --proto ah --mode transport',
    ],
  },
  { name: 'limit', forms: ['--limit {byte100}/sec', '--limit 3/hour --limit-burst {byte100}'] },
  {
    name: 'hashlimit',
    forms: [
      '--hashlimit-upto {byte100}/min --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name {word}',
      '--hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-mode dstip --hashlimit-name {word} --hashlimit-dstmask 24',
      '--hashlimit-upto 4/day --hashlimit-name {word} --hashlimit-htable-size 64 --hashlimit-htable-max 99 --hashlimit-htable-gcinterval 500 --hashlimit-htable-expire 700',
    ],
  },
  {
    name: 'statistic',
    forms: [
      '--mode random --probability 0.33333333349',
      '--mode random ! --probability 0.5',
      '--mode nth --every {byte100} --packet 0',
      '--mode nth ! --every 3 --packet 2',
    ],
  },
  {
    name: 'recent',
    forms: [
      '--set --name {word}',
      '! --update --seconds {port} --hitcount 4 --reap --name R --rdest',
      '--rcheck --seconds 10800 --reap --name {word} --mask {mask} --rsource',
      '--remove --name {word}',
      '--rcheck --rttl',
    ],
  },
  { name: 'quota', forms: ['--quota {port}', '! --quota {port}'] },
  {
    name: 'time',
    forms: [
      '--timestart 01:02:03 --timestop 04:05:06 --monthdays 1,2,31 --weekdays Mon,Fri --datestart 2001-02-03T04:05:06 --datestop 2012-09-08T09:06:05',
      '--timestart 22:00:00 --timestop 03:00:00 --contiguous ! --weekdays Sun',
      '! --monthdays 13 --kerneltz',
    ],
  },
  {
    name: 'rateest',
    forms: [
      '--rateest RE1 --rateest-lt --rateest-bps 8bit',
      '--rateest RE1 ! --rateest-gt --rateest-pps 5',
      '--rateest-delta --rateest RE1 --rateest-bps1 8bit --rateest-eq --rateest-bps2 16bit',
      '--rateest1 RE1 --rateest-lt --rateest-bps --rateest2 RE2',
    ],
  },
  {
    name: 'addrtype',
    forms: [
      '--dst-type LOCAL',
      '! --src-type UNICAST,LOCAL ! --dst-type MULTICAST',
      '--src-type LOCAL --limit-iface-in',
    ],
  },
  { name: 'iprange', forms: ['--src-range {ip}-{lastip}', '! --src-range {ip}-{lastip} ! --dst-range {ip}-{lastip}'] },
  { name: 'mark', forms: ['--mark {hex}', '! --mark {hex}/{hex}'] },
  {
    name: 'comment',
    forms: ['--comment {text}', '--comment {word}', '--comment {text}', '--comment -j', '--comment "-g x"'],
  },
  {
    name: 'set',
    forms: [
      '--match-set KSR-IP src',
      '! --match-set KSR-PORT dst,dst',
      '--match-set KSR-IP dst --return-nomatch ! --update-counters',
      '--match-set KSR-IP src --packets-gt {byte} ! --bytes-eq 7',
      '--match-set KSR-IP src ! --update-subcounters --packets-lt 3 --bytes-lt 4',
    ],
  },
  {
    name: 'physdev',
    forms: [
      '--physdev-in eth{byte}',
      '! --physdev-in veth+ --physdev-is-in',
      '--physdev-is-bridged',
      '! --physdev-is-in',
    ],
  },
  { name: 'devgroup', forms: ['--src-group {hex} ! --dst-group 0x1/0x3', '! --src-group 7'] },
  { name: 'mac', forms: ['--mac-source 00:11:22:AA:bb:{hexbyte}', '! --mac-source 02:00:00:00:00:01'] },
  { name: 'pkttype', forms: ['--pkt-type broadcast', '! --pkt-type unicast'] },
  { name: 'length', forms: ['--length {port}', '! --length {ports}', '--length {port}:'] },
  { name: 'dscp', forms: ['--dscp 0x1c', '! --dscp {dscp}', '--dscp-class AF11'] },
  { name: 'tos', forms: ['--tos {hexbyte0x}', '! --tos 0x08/0x1c', '--tos Minimize-Delay'] },
  { name: 'ecn', protocol: 'tcp', forms: ['--ecn-tcp-cwr ! --ecn-tcp-ece', '--ecn-ip-ect 2', '! --ecn-ip-ect 1'] },
  { name: 'ttl', family: 'ipv4', forms: ['--ttl-eq {byte}', '! --ttl-eq 5', '--ttl-lt 64', '--ttl-gt {byte}'] },
  { name: 'realm', family: 'ipv4', forms: ['--realm {hex16}', '! --realm 0x10/0xff'] },
  { name: 'rpfilter', tables: ['mangle', 'raw'], forms: ['', '--loose --validmark', '--accept-local --invert'] },
  {
    name: 'string',
    forms: [
      '--string {text} --algo bm',
      '! --string {text} --algo kmp --from 4 --to {port} --icase',
      '--hex-string "|0a 0b|x" --algo bm',
    ],
  },
  { name: 'u32', forms: ['--u32 "0x0=0x0&&0x10>>0x8=0x1:0x{hexbyte}"', '! --u32 "4&0xfff0=0x100"'] },
  { name: 'bpf', forms: ['--bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"'] },
  { name: 'cpu', forms: ['--cpu 0', '! --cpu {byte}'] },
  { name: 'hl', family: 'ipv6', forms: ['--hl-eq {byte}', '! --hl-eq 3', '--hl-lt 5', '--hl-gt 7'] },
  { name: 'ipv6header', family: 'ipv6', forms: ['--header hop-by-hop,route --soft', '! --header frag'] },
  {
    name: 'frag',
    family: 'ipv6',
    forms: ['--fragid {ports} --fraglen 8 --fragfirst', '! --fragid {port} --fragres --fraglast'],
  },
  { name: 'dst', family: 'ipv6', forms: ['--dst-len {byte} --dst-opts 149:92,12', '! --dst-len 42'] },
  { name: 'hbh', family: 'ipv6', forms: ['--hbh-len {byte} --hbh-opts 1:2,23', '! --hbh-len 42'] },
  {
    name: 'rt',
    family: 'ipv6',
    forms: [
      '--rt-type 0 --rt-segsleft {ports} --rt-len 42 --rt-0-res',
      '! --rt-type 1 ! --rt-segsleft 12:23 ! --rt-len 42',
    ],
  },
  {
    name: 'srh',
    family: 'ipv6',
    forms: ['--srh-next-hdr 17 ! --srh-segs-left-eq 0 --srh-tag {byte}', '! --srh-hdr-len-gt 8'],
  },
  { name: 'eui64', family: 'ipv6', tables: ['filter'], forms: [''] },
];
