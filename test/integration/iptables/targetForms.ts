import type { ExtensionForms } from './ruleForms.ts';

/** As `matchForms`, for targets. Each stands in a table that takes it. */
export const targetForms: readonly ExtensionForms[] = [
  { name: 'ACCEPT', forms: [''] },
  { name: 'RETURN', forms: [''] },
  { name: 'DROP', tables: ['filter', 'mangle', 'raw'], forms: [''] },
  {
    name: 'REJECT',
    family: 'ipv4',
    tables: ['filter'],
    forms: ['--reject-with icmp-port-unreachable', '--reject-with icmp-host-prohibited'],
  },
  { name: 'REJECT', protocol: 'tcp', tables: ['filter'], forms: ['--reject-with tcp-reset'] },
  { name: 'REJECT', family: 'ipv6', tables: ['filter'], forms: ['--reject-with icmp6-adm-prohibited'] },
  {
    name: 'LOG',
    forms: [
      '--log-prefix {text} --log-level 7',
      '--log-prefix {word} --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
    ],
  },
  {
    name: 'NFLOG',
    forms: [
      '--nflog-group {port} --nflog-prefix {text}',
      '--nflog-prefix {word} --nflog-size {byte} --nflog-threshold 3',
    ],
  },
  {
    name: 'NFQUEUE',
    forms: [
      '--queue-num {port} --queue-bypass',
      '--queue-balance 0:6 --queue-cpu-fanout',
      '--queue-balance 0:6 --queue-bypass',
    ],
  },
  { name: 'AUDIT', forms: ['--type accept', '--type reject'] },
  { name: 'TRACE', tables: ['raw'], forms: [''] },
  {
    name: 'CT',
    tables: ['raw'],
    forms: [
      '--notrack',
      '--zone {port}',
      '--zone-orig {port}',
      '--ctevents new,destroy --expevents new',
      '--zone mark',
    ],
  },
  { name: 'NOTRACK', tables: ['raw'], forms: [''] },
  {
    name: 'SYNPROXY',
    protocol: 'tcp',
    tables: ['filter'],
    forms: ['--sack-perm --timestamp --wscale 7 --mss {port} --ecn'],
  },
  {
    name: 'SET',
    forms: [
      '--add-set KSR-IP src --exist --timeout {port}',
      '--del-set KSR-PORT dst,dst',
      '--add-set KSR-PORT src,dst --exist',
    ],
  },
  { name: 'SET', tables: ['mangle'], forms: ['--map-set KSR-IP src --map-mark --map-prio --map-queue'] },
  { name: 'RATEEST', forms: ['--rateest-name {word} --rateest-interval 250ms --rateest-ewmalog 500ms'] },
  { name: 'IDLETIMER', forms: ['--timeout {port} --label {word}'] },
  { name: 'LED', forms: ['--led-trigger-id {word} --led-delay 42 --led-always-blink'] },
  { name: 'TEE', forms: ['--gateway {ip}', '--gateway {ip} --oif lo'] },
  {
    name: 'DNAT',
    protocol: 'tcp',
    tables: ['nat'],
    forms: [
      '--to-destination {ipport}',
      '--to-destination {ip}-{lastip} --random --persistent',
      '--to-destination {ipports} --persistent',
    ],
  },
  {
    name: 'SNAT',
    protocol: 'udp',
    tables: ['nat'],
    forms: [
      '--to-source {ip}',
      '--to-source {ipports} --random-fully',
      '--to-source {ip}-{lastip} --random --persistent',
    ],
  },
  { name: 'MASQUERADE', tables: ['nat'], forms: ['', '--random-fully', '--random'] },
  { name: 'MASQUERADE', protocol: 'tcp', tables: ['nat'], forms: ['--to-ports {ports} --random'] },
  { name: 'REDIRECT', protocol: 'tcp', tables: ['nat'], forms: ['--to-ports {port}', '--to-ports {ports} --random'] },
  { name: 'NETMAP', tables: ['nat'], forms: ['--to {net}'] },
  {
    name: 'TPROXY',
    protocol: 'tcp',
    tables: ['mangle'],
    forms: ['--on-port {port} --on-ip {ip} --tproxy-mark {hex}/{hex}'],
  },
  { name: 'DNPT', family: 'ipv6', tables: ['mangle'], forms: ['--src-pfx fd00:1::/64 --dst-pfx fd00:2::/64'] },
  { name: 'SNPT', family: 'ipv6', tables: ['mangle'], forms: ['--src-pfx fd00:1::/64 --dst-pfx fd00:2::/64'] },
  {
    name: 'CLUSTERIP',
    family: 'ipv4',
    tables: ['nat'],
    forms: ['--new --hashmode sourceip --clustermac 01:00:5e:00:00:01 --total-nodes 2 --local-node 1 --hash-init 0'],
  },
  {
    name: 'MARK',
    forms: ['--set-xmark {hex}/{hex}', '--set-mark {hex}', '--and-mark {hex}', '--or-mark {hex}', '--xor-mark {hex}'],
    tables: ['mangle'],
  },
  {
    name: 'CONNMARK',
    forms: [
      '--set-xmark {hex}/{hex}',
      '--save-mark --nfmask {hex} --ctmask {hex}',
      '--restore-mark --mask {hex}',
      '--set-mark {hex} --left-shift-mark 3',
    ],
  },
  { name: 'CLASSIFY', tables: ['mangle'], forms: ['--set-class 0001:ffff'] },
  {
    name: 'HMARK',
    forms: [
      '--hmark-src-prefix 24 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-proto-mask 0x00ff --hmark-rnd {hex} --hmark-mod {port} --hmark-offset 5',
      '--hmark-tuple ct,src,dport --hmark-mod 4 --hmark-rnd {hex}',
    ],
  },
  { name: 'SECMARK', tables: ['security'], forms: ['--selctx system_u:object_r:firewalld_exec_t:s0'] },
  { name: 'CONNSECMARK', tables: ['security'], forms: ['--save', '--restore'] },
  { name: 'DSCP', tables: ['mangle'], forms: ['--set-dscp {dscp}', '--set-dscp-class EF'] },
  { name: 'TOS', tables: ['mangle'], forms: ['--set-tos 0x10/0x3f', '--and-tos 0x12', '--or-tos 0x04'] },
  { name: 'TTL', family: 'ipv4', tables: ['mangle'], forms: ['--ttl-set {byte}', '--ttl-dec 2', '--ttl-inc 3'] },
  { name: 'HL', family: 'ipv6', tables: ['mangle'], forms: ['--hl-set {byte}', '--hl-dec 2', '--hl-inc 3'] },
  {
    name: 'ECN',
    family: 'ipv4',
    protocol: 'tcp',
    tables: ['mangle'],
    forms: ['--ecn-tcp-remove'],
  },
  { name: 'TCPOPTSTRIP', protocol: 'tcp', tables: ['mangle'], forms: ['--strip-options 2,3,{byte}'] },
  { name: 'CHECKSUM', protocol: 'udp', tables: ['mangle'], forms: ['--checksum-fill'] },
];
